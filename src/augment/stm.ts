export * as destroying from "./stm/destroying";
export { driftWarp, type DriftWarpOptions } from "./stm/driftWarp";
export { feedbackLag, type FeedbackLagOptions } from "./stm/feedbackLag";
export { ghostTip, type GhostTipOptions } from "./stm/ghostTip";
export {
  latticeMirrors,
  latticeTurns,
  type LatticeMirrorsOptions,
  type LatticeTurnsOptions,
} from "./stm/latticeTurns";
export { lineOffsets, type LineOffsetsOptions } from "./stm/lineOffsets";
export { mains, type MainsOptions } from "./stm/mains";
export { noise, type NoiseOptions } from "./stm/noise";
export { scars, type ScarsOptions } from "./stm/scars";
export { frame, shear, type FrameOptions, type ShearOptions } from "./stm/shear";
export { symmetries, type StmSurface, type SurfaceSymmetry } from "./stm/symmetries";
export { tilt, type TiltOptions } from "./stm/tilt";
export { tipBlur, type TipBlurOptions } from "./stm/tipBlur";
export { traceRetrace, type TraceRetraceOptions } from "./stm/traceRetrace";
export { steps, views, type StmStep, type StmViewsOptions } from "./stm/views";
export { zGain, type ZGainOptions } from "./stm/zGain";
