export { drawLadder, rung, testImages, type Ladder } from "./ladder";
export { parsePlan, readPlan, type MethodSpec, type Plan, type PlanData } from "./plan";
export { classifiers, pretrainings, selfSupervised, semiSupervised } from "./methods";
export { type ClassifySpec, type OptionsSpec, type PretrainSpec } from "./methodSpecs";
export { run, type RunOptions } from "./run";
export { redraw, runPlan, type RunPlanOptions, type StudyOutcome } from "./runPlan";
export { type Failure } from "./runTrials";
export { splitImages, type Split, type SplitSpec } from "./split";
export { standardise, type Standardise } from "./standardise";
export { openStore, type Sidecar, type Store, type TrialRecord } from "./store";
export { needsUnlabelled, type KnownResult } from "./needsUnlabelled";
export { planStudy, planText, type PlanStudyOptions, type StudyPlan } from "./planStudy";
export { referenceMethods, type ReferenceMethod } from "./referenceMethods";
export { savings, type Savings, type SavingsRow } from "./savings";
export { savingsText } from "./savingsText";
export { version } from "./version";
export { resultsCsv, summarise, summaryCsv, summaryTable, type SummaryRow } from "./summary";
export {
  episodes,
  type EpisodesOptions,
  type EpisodesOutcome,
  type StoredEmbeddings,
} from "./episodes";
