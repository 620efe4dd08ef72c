export { patchLattice, type LatticeOptions, type PatchLattice, type PatchShape, type PixelVector } from "./patchLattice"; // prettier-ignore
export { latticeFill, type LatticeFillOptions } from "./latticeFill";
export { symmetryScores, type SymmetryOptions, type SymmetryScores } from "./symmetryScores";
export { measure, type MeasureOptions, type PhysicalFeatures, type Registry } from "./measure";
export { checkSize, measureImage, measureImages, type MeasuredImages } from "./measureImages";
export { featureColumns, featureRow } from "./featureColumns";
export { ldos, type CurrentCurve, type Ldos, type LdosOptions, type Onset } from "./ldos";
export { savitzkyGolay, savitzkyGolayWeights, type SavitzkyGolayOptions } from "./savitzkyGolay";
export { curvePlace, type CurvePlace, type FrameOnScan } from "./curvePlace";
