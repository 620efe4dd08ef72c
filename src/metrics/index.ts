export { confusion } from "./confusion";
export { accuracy } from "./accuracy";
export { balancedAccuracy } from "./balancedAccuracy";
export { classRecall } from "./classRecall";
export { macroF1 } from "./macroF1";
export { argmaxRows } from "./argmaxRows";
export {
  calibration,
  calibrationOfBins,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
} from "./calibration";
export { riskCoverage, type RiskCoverage } from "./riskCoverage";
export { meanInterval, type IntervalOptions, type MeanInterval } from "./meanInterval";
export {
  bootstrapInterval,
  type BootstrapInterval,
  type BootstrapOptions,
} from "./bootstrapInterval";
export { independentUnits, type IndependentUnits, type TrialSource } from "./independentUnits";
export {
  intervalOverDraws,
  type DrawnValue,
  type IntervalOverDrawsOptions,
} from "./intervalOverDraws";
export { enoughDraws, fewestDraws } from "./enoughDraws";
export { pairedDifference, type PairedDifference } from "./pairedDifference";
export { holm } from "./holm";
export {
  compareMethods,
  type CompareMethodsOptions,
  type MethodDifference,
} from "./compareMethods";
export {
  varianceComponents,
  type VarianceComponent,
  type VarianceComponents,
  type VarianceSource,
} from "./varianceComponents";
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
export { wholeDraws } from "./wholeDraws";
export { labelPoints, type LabelPointsOptions, type ScoredResult } from "./labelPoints";
export { labelSavings, type LabelSavingsOptions } from "./labelSavings";
export { type LabelSavings } from "./savingsAt";
export { type Bounded, type FactorInterval } from "./savingsFactor";
export {
  comparableBudget,
  type ComparableBudgetOptions,
  type ComparedMethod,
} from "./comparableBudget";
export {
  labelEquivalence,
  type LabelEquivalenceOptions,
  type LabelEquivalent,
} from "./labelEquivalence";
export { areaUnderCurve, type AreaUnderCurveOptions } from "./areaUnderCurve";
export { areaInterval, type AreaIntervalOptions } from "./areaInterval";
export { type CurveModel } from "./curveModels";
export { fitCurve, type CurveFit, type CurvePoint, type FitCurveOptions } from "./fitCurve";
export { type WeighedFit } from "./forecastCurve";
export {
  planLabels,
  type LabelPlan,
  type NeededLabels,
  type PlanBackTest,
  type PlanLabelsOptions,
  type PlanPoint,
  type ScoreForecast,
} from "./planLabels";
export { resultMetrics, type ResultMetric } from "./resultMetrics";
export { exactShare, type ExactShareOptions } from "./exactShare";
export { wilson, type ShareInterval, type WilsonOptions } from "./wilson";
export {
  poissonInterval,
  type CountInterval,
  type PoissonIntervalOptions,
} from "./poissonInterval";
export { conformal, conformalSet, type Conformal, type ConformalOptions } from "./conformal";
export { adaptiveScore, adaptiveSet, type AdaptiveOptions } from "./adaptiveSets";
export { cohenKappa, type Agreement, type CohenKappaOptions } from "./cohenKappa";
export { fleissKappa } from "./fleissKappa";
export { krippendorffAlpha, type KrippendorffOptions } from "./krippendorffAlpha";
export { dawidSkene, type Consensus, type DawidSkeneOptions } from "./dawidSkene";
export { separation, type Separation } from "./separation";
export { temperature, type Temperature, type TemperatureOptions } from "./temperature";
export {
  classDistances,
  energyScores,
  neighbourDistances,
  type ClassDistances,
} from "./unlikeScores";
export {
  balancedAccuracySpread,
  labelsToMeasure,
  labelsToSee,
  neymanAllocation,
  stratifiedShare,
  type Stratum,
} from "./stratifiedShare";
export {
  predictionPowered,
  type PredictionPowered,
  type PredictionPoweredOptions,
} from "./predictionPowered";
export { activeWeights } from "./activeWeights";
