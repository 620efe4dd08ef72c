export { labelEfficiency, type LabelEfficiencyOptions } from "./labelEfficiency";
export type { IntervalStyle } from "./efficiencyCurves";
export { methodDifferences, type MethodDifferencesOptions } from "./methodDifferences";
export { labelSavings, type LabelSavingsFigureOptions } from "./labelSavings";
export { scoreMap, type ScoreMapOptions } from "./scoreMap";
export {
  defaultLabelSeconds,
  scoreAgainstMinutes,
  type MinutesOptions,
  type TimedResult,
} from "./scoreAgainstMinutes";
export { labelPlan, type LabelPlanFigureOptions } from "./labelPlan";
export { learningCurve, type LearningCurveOptions, type LearningRun } from "./learningCurve";
export { imageGrid, valueRange, type ImageGridOptions } from "./imageGrid";
export { mosaic, type Mosaic, type MosaicOptions, type Tile } from "./mosaic";
export { confusionMatrix, type ConfusionMatrixOptions } from "./confusionMatrix";
export { embeddingMap, type EmbeddingMapOptions } from "./embeddingMap";
export { reliability, type ReliabilityRun } from "./reliability";
export { riskCoverage, type RiskRun } from "./riskCoverage";
export { scan, type ScanFigureOptions } from "./scan";
export type { MarkedFeature } from "./scanFeatures";
export type { ScanColours } from "./scanPicture";
export { lineProfile, type LineProfileOptions, type ProfileLine } from "./lineProfile";
export { fourier, type FourierOptions } from "./fourier";
export { evidence, type EvidenceFigureOptions, type EvidenceRow } from "./evidence";
export type { FigureOptions } from "./paperLayout";
export { exportFigure, type ExportOptions, type FigureFormat } from "./exportFigure";
export { fontBase64 } from "./fonts";
export { plainFigure } from "./plainFigure";
export { themed, type FigureTheme } from "./themed";
export { toHtml } from "./toHtml";
export { toJson } from "./toJson";
export { toPng, type PngOptions } from "./toPng";
export { toSvg, traceForBrowser, type SizeOptions } from "./toSvg";
