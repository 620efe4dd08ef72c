export { readNpy } from "./readNpy";
export { writeNpy, type WritableArray } from "./writeNpy";
export type { NpyArray, NpyData, NpyType } from "./npyTypes";
export { readNpz, type NpzFile } from "./readNpz";
export { writeNpz, type WriteNpzOptions } from "./writeNpz";
export { readNpzImages, type NpzImagesOptions } from "./readNpzImages";
export { imageSetArrays, writeNpzImages } from "./writeNpzImages";
export { readImageFolder } from "./readImageFolder";
export { isHidden, listFiles, type ListedFiles } from "./listFiles";
export { readImageZip } from "./readImageZip";
export type { ImageFilesOptions } from "./assembleImages";
export type { FirstPerClass } from "./imageLayout";
export { decodeImage, type DecodedImage } from "./decodeImage";
export { applyLabels } from "./applyLabels";
export { readLabels, type ReadLabelsOptions } from "./readLabels";
export { readLabelsCsv } from "./readLabelsCsv";
export type { LabelTable } from "./labelTable";
export { suggestGroups, type GroupSuggestion } from "./suggestGroups";
export { readIdx } from "./readIdx";
export { readIdxImages, type IdxImagesOptions } from "./readIdxImages";
export { joinParts } from "./joinParts";
export { readTar, type TarProgress, type TarSink } from "./tar";
export { readCifar10, type Cifar10Options } from "./readCifar10";
export { readStl10, stl10Files, type Stl10Options } from "./readStl10";
export { isImageSetNpz, readImageSetNpz } from "./readImageSetNpz";
export { readScan, readScans, type ReadScanOptions } from "./instruments/readScan";
export { readCurves, type ReadCurvesOptions } from "./instruments/readCurves";
export {
  type CurveColumn,
  type CurveGrid,
  type Curves,
  type GridChannel,
} from "./instruments/curveTypes";
export { type MatrixFile } from "./instruments/matrixParameters";
export { type ValueOptions } from "./instruments/parseTiff";
export { type LateralOptions } from "./instruments/lateralSize";
export { scanFormat, type ScanFormat } from "./instruments/scanFormat";
export { channelTitle, pickChannel, type ChannelChoice } from "./instruments/pickChannel";
export { passedOverKey } from "./instruments/passedOver";
export { scanOffset } from "./instruments/scanPlace";
export { writeGwy, type WriteGwyOptions } from "./instruments/writeGwy";
export { writeGsf, type WriteImageOptions } from "./instruments/writeGsf";
export { writeScanPng } from "./instruments/writeScanPng";
export { readGrid } from "./instruments/readGrid";
export { gridCurves, type GridPlace } from "./instruments/gridCurves";
export { gridMap } from "./instruments/gridMap";
export { writeGwyGrid } from "./instruments/writeGwyGrid";
export { writeNexus, writeNexusGrid } from "./instruments/writeNexus";
export { writeCurvesCsv } from "./instruments/writeCurvesCsv";
