export { drawLadder, rung, testImages, type Ladder } from "./ladder";
export { parsePlan, readPlan, type MethodSpec, type Plan, type PlanData } from "./plan";
export { type ClassifySpec, type PretrainSpec } from "./methodSpecs";
export { run, type RunOptions } from "./run";
export { redraw, runPlan, type RunPlanOptions, type StudyOutcome } from "./runPlan";
export { type Failure } from "./runTrials";
export { splitImages, type Split, type SplitSpec } from "./split";
export { standardise, type Standardise } from "./standardise";
export { openStore, type Sidecar, type Store, type TrialRecord } from "./store";
export { version } from "./version";
export {
  resultsCsv,
  summarise,
  summaryCsv,
  summaryTable,
  type Metric,
  type SummaryRow,
} from "./summary";
export * as episodeHead from "./episodeHead";
export {
  episodes,
  type Episode,
  type EpisodeHead,
  type EpisodesOptions,
  type EpisodesOutcome,
  type StoredEmbeddings,
} from "./episodes";
