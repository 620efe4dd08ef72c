export { labelEfficiency, type LabelEfficiencyOptions, type ResultMetric } from "./labelEfficiency";
export type { FigureOptions } from "./paperLayout";
export { exportFigure, type ExportOptions, type FigureFormat } from "./exportFigure";
export { toHtml } from "./toHtml";
export { toJson } from "./toJson";
export { toPng, type PngOptions } from "./toPng";
export { toSvg, type SizeOptions } from "./toSvg";
