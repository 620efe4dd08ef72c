export { confusion } from "./confusion";
export { accuracy } from "./accuracy";
export { balancedAccuracy } from "./balancedAccuracy";
export { macroF1 } from "./macroF1";
export { argmaxRows } from "./argmaxRows";
export {
  calibration,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
} from "./calibration";
export { meanInterval, type IntervalOptions, type MeanInterval } from "./meanInterval";
export { pairedDifference, type PairedDifference } from "./pairedDifference";
export { holm } from "./holm";
export { studentQuantile, studentTwoSided } from "./studentT";
export { isotonic } from "./isotonic";
export {
  labelCurve,
  labelsToTarget,
  scoreToCompare,
  type LabelCurve,
  type LabelPoint,
  type LabelsToTarget,
} from "./labelCurve";
export { labelPoints, type LabelPointsOptions } from "./labelPoints";
export {
  labelSavings,
  type Bounded,
  type LabelSavings,
  type LabelSavingsOptions,
} from "./labelSavings";
export {
  labelEquivalence,
  type LabelEquivalenceOptions,
  type LabelEquivalent,
} from "./labelEquivalence";
export { areaUnderCurve, type AreaUnderCurveOptions } from "./areaUnderCurve";
export { resultMetrics, type ResultMetric } from "./resultMetrics";
export { riskCoverage, type RiskCoverage } from "./riskCoverage";
