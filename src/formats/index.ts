export { readNpy } from "./readNpy";
export { writeNpy, type WritableArray } from "./writeNpy";
export type { NpyArray, NpyData, NpyType } from "./npyTypes";
export { readNpz, type NpzFile } from "./readNpz";
export { writeNpz, type WriteNpzOptions } from "./writeNpz";
export { readNpzImages, type NpzImagesOptions } from "./readNpzImages";
export { imageSetArrays, writeNpzImages } from "./writeNpzImages";
