export { drawLadder, rung, testImages, type Ladder } from "./ladder";
export { parsePlan, readPlan, type MethodSpec, type Plan, type PlanData } from "./plan";
export { classifiers, pretrainings, selfSupervised, semiSupervised } from "./methods";
export { type ClassifySpec, type OptionsSpec, type PretrainSpec } from "./methodSpecs";
export { run, type RunOptions } from "./run";
export { redraw, runPlan, type RunPlanOptions, type StudyOutcome } from "./runPlan";
export { type Failure, type Share } from "./work/work";
export { splitImages, type Split, type SplitSpec } from "./split";
export { standardise, type Standardise } from "./standardise";
export type { Choice, ReliabilityCounts, TrialRecord } from "./store/record";
export { openStore, type FailureMark, type Store, type StoreOptions } from "./store/store";
export { readTimings, type KeptTiming, type Timing } from "./store/timings";
export type { Claim, Claims, ClaimsOptions, Holder } from "./store/claims";
export type { Tuning } from "./work/tuning";
export { needsUnlabelled, type KnownResult } from "./needsUnlabelled";
export { planStudy, planText, type PlanStudyOptions, type StudyPlan } from "./planStudy";
export { referenceMethods, type ReferenceMethod } from "./referenceMethods";
export { savings, type Savings, type SavingsRow } from "./savings";
export { savingsText } from "./savingsText";
export { differencesCsv, statisticsText } from "./statisticsText";
export { version } from "./version";
export { resultsCsv, summarise, summaryCsv, summaryTable, type SummaryRow } from "./summary";
export {
  episodes,
  type EpisodesOptions,
  type EpisodesOutcome,
  type StoredEmbeddings,
} from "./episodes";
export { auditSplit, type LeakedPair, type SplitAudit } from "./audit/auditSplit";
export type { AuditRule } from "./audit/auditNotes";
export { configureFor } from "./configureFor";
export { compareStudies, type StudyDifference } from "./compareStudies";
export { dryRun, type DryRun } from "./dryRun";
export { exportResults } from "./exportResults";
export { openJob, type OpenedJob } from "./openJob";
export { studyStatus, type StudyStatus } from "./studyStatus";
export { verifyStudy, type Verification } from "./verifyStudy";
export {
  cancelSlurm,
  slurmStatus,
  submitSlurm,
  type SlurmJob,
  type SlurmOptions,
  type SlurmStatus,
  type SlurmTask,
} from "./executors/slurm";
export { proposePlan, type ProposedPlan, type ProposeOptions } from "./proposal/proposePlan";
export type { FindOptions } from "./proposal/findImages";
export { report, type ReportOptions, type StudyReport } from "./report/report";
export { redrawnResults } from "./redrawnResults";
