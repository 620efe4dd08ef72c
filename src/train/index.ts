export { trainLoop, type Batch, type TrainLoopOptions, type TrainResult } from "./trainLoop";
export { batches, type Batches, type BatchesOptions } from "./batches";
export { identify } from "./identify";
export type { BoundOptimiser, Optimiser } from "./optimiser";
export { sgd, type SgdOptions } from "./sgd";
export { adamW, type AdamWOptions } from "./adamW";
export { lars, type LarsOptions, type LarsVariant } from "./lars";
export { byPart, type OptimiserPart } from "./byPart";
export { movingAverage, type MovingAverage } from "./movingAverage";
export {
  constant,
  cosineMomentum,
  warmupCosine,
  type Schedule,
  type WarmupCosineOptions,
} from "./schedules";
