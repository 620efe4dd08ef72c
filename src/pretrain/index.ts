export { hog, type HogOptions } from "./hog";
export { physics, type PhysicsOptions } from "./physics";
export { joined, type JoinedOptions } from "./joined";
export { none, type NoneOptions } from "./none";
export { pixels, type PixelsOptions } from "./pixels";
export { simclr, type SimclrOptions } from "./simclr";
export { moco, type MocoOptions } from "./moco";
export { byol, type ByolOptions } from "./byol";
export { simSiam, type SimSiamOptions } from "./simSiam";
export { barlowTwins, type BarlowTwinsOptions } from "./barlowTwins";
export { vicreg, type VicregOptions } from "./vicreg";
export { dino, type DinoOptions } from "./dino";
export { rotation, type RotationOptions } from "./rotation";
export { denoisingAutoencoder, type DenoisingAutoencoderOptions } from "./denoisingAutoencoder";
export { type SelfSupervisedOptions } from "./selfSupervised";
export { pairings, type Pairing } from "./positives";
export { collapse, type Collapse, type CollapseOptions } from "./collapse";
export { from, type FromOptions } from "./from";
export { onnx, type OnnxOptions } from "./onnx";
export { supervised, type SupervisedOptions } from "./supervised";
export {
  classesForEpisodes,
  drawEpisode,
  type DrawnEpisode,
  type EpisodeSize,
} from "./drawEpisode";
export { episodicSchedules, type EpisodicOptions, type EpisodicSchedule } from "./episodic";
export { prototypical, type PrototypicalOptions } from "./prototypical";
export { matching, type MatchingOptions } from "./matching";
export { relation, type RelationOptions } from "./relation";
