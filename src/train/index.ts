export { trainLoop, type Batch, type TrainLoopOptions, type TrainResult } from "./trainLoop";
export { batches, type Batches, type BatchesOptions } from "./batches";
export { joinVariables } from "./joinVariables";
export type { BoundOptimiser, Optimiser } from "./optimiser";
export { sgd, type SgdOptions } from "./sgd";
export { adamW, type AdamWOptions } from "./adamW";
export { lars, type LarsOptions, type LarsVariant } from "./lars";
export { constant, warmupCosine, type Schedule, type WarmupCosineOptions } from "./schedules";
