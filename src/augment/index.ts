export { affine, type AffineOptions } from "./affine";
export { applyTo } from "./applyTo";
export { type Range } from "./augmentation";
export { blur, type BlurOptions } from "./blur";
export { brightness, type BrightnessOptions } from "./brightness";
export { colourJitter, type ColourJitterOptions } from "./colourJitter";
export { compose } from "./compose";
export { contrast, type ContrastOptions } from "./contrast";
export { cutout, type CutoutOptions } from "./cutout";
export { flip, type FlipOptions } from "./flip";
export {
  augmentationNames,
  fromSpec,
  type AugmentationSpec,
  type AugmentationStep,
} from "./fromSpec";
export { gamma, type GammaOptions } from "./gamma";
export { greyscale, type GreyscaleOptions } from "./greyscale";
export * as grey from "./grey";
export { noise, type NoiseOptions } from "./noise";
export * as photo from "./photo";
export { quarterTurns } from "./quarterTurns";
export { randomApply } from "./randomApply";
export { randomCrop, type RandomCropOptions } from "./randomCrop";
export { randomResizedCrop, type RandomResizedCropOptions } from "./randomResizedCrop";
export * as stm from "./stm";
