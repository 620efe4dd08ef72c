export { buildNetwork } from "./buildNetwork";
export {
  checkEncoderSpec,
  encoderOption,
  networks,
  type Conv4Spec,
  type EncoderSpec,
  type ResnetSpec,
} from "./encoderSpec";
export { networkMaps, type NetworkMaps, type NetworkStage } from "./networkMaps";
export { channelStatistics, setInputStatistics } from "./setInputStatistics";
export {
  comparisonOf,
  comparisonWeights,
  disposeComparison,
  makeComparison,
  withComparison,
  type Comparison,
  type ComparisonSpec,
} from "./comparison";
export { fullContext, type FullContext, type FullContextOptions } from "./fullContext";
export { relationModule, type RelationModule, type RelationModuleOptions } from "./relationModule";
export type { Head } from "./head";
export { linear, type LinearOptions } from "./linear";
export { decorrelate, type DecorrelateOptions } from "./decorrelate";
export { projector, type ProjectorOptions } from "./projector";
export { recomputeStatistics } from "./recomputeStatistics";
export { lastOf, withLast } from "./lastWeights";
export { encoderFrom, copyNetwork, type CopyNetworkOptions } from "./encoderFrom";
export { loadEncoder, type LoadEncoderOptions } from "./loadEncoder";
export { embedImages, type EmbedOptions } from "./embedImages";
export {
  readSafetensors,
  writeSafetensors,
  type SafetensorsFile,
  type StoredTensor,
} from "./safetensors";
export { storedUnet, unet, unetFrom, type StoredUnet, type Unet, type UnetSpec } from "./unet";
export { trainingPass, type PassedThrough, type TrainingPass } from "./trainingPass";
