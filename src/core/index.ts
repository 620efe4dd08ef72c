export * from "./types";
export { InputError, StoppedError, type InputErrorParts } from "./inputError";
export { createRng, type Rng } from "./rng";
export { groupsLike } from "./groupsLike";
export { isHeight, mainChannel } from "./mainChannel";
export { checkBudget, memoryBudget } from "./memoryBudget";
export { sha256, canonicalJson } from "./hash";
export { cacheFolder, explainFileError, writeFileAtomically, writeFileIfChanged } from "./files";
export {
  checkInteger,
  checkNumber,
  checkOneOf,
  checkProbability,
  nearestName,
  type Bounds,
} from "./checks";
export {
  hideLabels,
  imageSet,
  imagesHash,
  labelledIndices,
  memoryPixels,
  subset,
  withLabels,
  type ImageSetParts,
  type PixelArray,
} from "./imageSet";
export { backendLoaded, configureBackend, tf, valuesOf, type BackendOptions } from "./backend";
export type {
  NamedTensorMap,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from "./backend";
