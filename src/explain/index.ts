export {
  cosineHead,
  linearHead,
  prototypeHead,
  readHead,
  scoresOf,
  targetScores,
  targetShares,
  type CosineHead,
  type Head,
  type LinearHead,
  type ReadHead,
  type StandardisedWeights,
  type Target,
} from "./head";
export { fitLogistic, type LogisticFit, type LogisticOptions } from "./fitLogistic";
export {
  examples,
  labelPushes,
  leaveOneOut,
  neighbours,
  novelty,
  type Examples,
  type Neighbour,
  type NeighbourOptions,
  type Novelty,
  type Push,
  type Pushes,
  type WithoutLabel,
} from "./whoMadeIt";
export { cellsToPixels, type CellMap } from "./cells";
export { explained, scoreImages, type Explained, type ScoreImages } from "./model";
export { evidence, likeness, type Evidence, type EvidenceOptions, type Likeness } from "./evidence";
export {
  gradients,
  inputTimesGradient,
  integratedGradients,
  layerMap,
  smoothGradients,
  type Integrated,
  type IntegratedOptions,
  type LayerMapKind,
} from "./gradients";
export {
  cleanImages,
  latticeFills,
  occlusion,
  rise,
  type CleanOptions,
  type Fill,
  type Occlusion,
  type OcclusionOptions,
} from "./occlusion";
export { centreMap, localisation, outstanding, spearman, type Localisation } from "./localisation";
export { fillingCurves, noisyLinearFill, sensitivity, type FillingCurves } from "./faithfulness";
export { markedImages, type MarkedImages, type MarkedOptions } from "./markedImages";
export { grownMask } from "./grownMask";
export { randomNetwork } from "./randomNetwork";
export {
  audit,
  auditTable,
  predictedClasses,
  type Audit,
  type AuditOptions,
  type AuditRow,
} from "./audit";
export { featureWords, type FeatureWordsOptions } from "./featureWords";
export { mapsOf, type AuditedWay } from "./auditMaps";
export { scanProbe, type ScanProbe, type ScanProbeTask } from "./scanProbe";
export {
  changedImages,
  interventions,
  withOtherCellsAround,
  withGain,
  withoutLineOffsets,
  withoutRegion,
  type Intervention,
  type InterventionEffect,
} from "./interventions";
export { probe, projectOut, type Probe, type ProbeTask } from "./probe";
