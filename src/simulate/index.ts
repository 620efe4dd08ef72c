export { images, type Conditions, type SimulatedImagesOptions } from "./images";
export type { Instrument, InstrumentOptions } from "./instrument";
export { instruments, type InstrumentName } from "./instruments";
export type { ScanParameters } from "./makeScan";
export type { Range } from "./ranges";
export { scan, type Defect, type SimulatedScan } from "./scan";
export type { ScanOptions } from "./scanSettings";
export { defectClasses, type SurfaceName } from "./surfaces";
export type { Tip, TipOptions } from "./tip";
