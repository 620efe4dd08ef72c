export * from "./types";
export { inPlace, InputError, StoppedError, type InputErrorParts } from "./inputError";
export { known, specOf, type Json, type Known, type Settings } from "./settings";
export * as option from "./option";
export type { Default, Option } from "./option";
export {
  define,
  type AnyTable,
  type DefaultTable,
  type Definition,
  type Factory,
  type Filled,
  type OptionTable,
  type Resolved,
} from "./definition";
export { createRng, type Rng } from "./rng";
export { followProgress, inMinutes, type ProgressState } from "./followProgress";
export { groupsLike } from "./groupsLike";
export { isHeight, mainChannel } from "./mainChannel";
export { checkBudget, memoryBudget } from "./memoryBudget";
export { sha256, canonicalJson } from "./hash";
export {
  cacheFolder,
  explainFileError,
  isRunning,
  removeLeftovers,
  writeFileAtomically,
  writeFileIfChanged,
  writeFileInBackground,
} from "./files";
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
  withSymmetries,
  type ImageSetParts,
  type PixelArray,
} from "./imageSet";
export { checkSymmetries, symmetries, symmetriesOf } from "./symmetry";
export {
  backendLoaded,
  configureBackend,
  devices,
  onCuda,
  tf,
  trainingDevice,
  valuesOf,
  type BackendOptions,
  type Device,
} from "./backend";
export {
  computesMixed,
  hasBrainFloats,
  multipliesMixed,
  precisionInUse,
  precisions,
  type Precision,
} from "./precision";
export { floatsToFill } from "./floatsToFill";
export {
  doublesOf,
  doublesTensor,
  fusedName,
  hasOwnKernels,
  joinTensors,
  partLike,
  runOwnKernel,
  runOwnUpdate,
  worthOwnKernel,
} from "./ownKernels";
export { gpuInUse, openGpu, type Gpu } from "./gpu";
export { dawnVersion } from "./webGpu";
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
export { joinVariables, trainableVariables, type HasVariables } from "./variables";
export { labelRows, readBatch, readLabels } from "./readBatch";
export { largest } from "./largest";
export {
  columnMeans,
  columnScale,
  normaliseRows,
  scaleColumns,
  scaledTensor,
  unitRows,
  unitTensor,
  willNotChange,
  type ColumnScale,
} from "./rows";
export { defined, type Defined } from "./defined";
export {
  sideBySideName,
  type Binding,
  type KernelAttribute,
  type TensorFacts,
} from "./stepBackend";
export { repeatedWork, type RepeatedWork, type Work } from "./repeatedWork";
export { escapeHtml } from "./escapeHtml";
export { twoDigits } from "./twoDigits";
