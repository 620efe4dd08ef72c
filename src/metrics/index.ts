export { confusion } from "./confusion";
export { accuracy } from "./accuracy";
export { balancedAccuracy } from "./balancedAccuracy";
export { macroF1 } from "./macroF1";
export { argmaxRows } from "./argmaxRows";
export { meanInterval, type IntervalOptions, type MeanInterval } from "./meanInterval";
export { pairedDifference, type PairedDifference } from "./pairedDifference";
export { holm } from "./holm";
export { studentQuantile, studentTwoSided } from "./studentT";
