import { define, known, type OptionTable, type Pretrain } from "../core";
import {
  buildNetwork,
  encoderFrom,
  encoderOption,
  setInputStatistics,
  type EncoderSpec,
} from "../nets";
import { defaultEncoder } from "./defaultEncoder";

/** Which network to start from. */
export interface NoneOptions {
  /** @default a ResNet of depth 10 and width 8 */
  readonly encoder?: EncoderSpec;
}

const definition = define("none", 1, {
  encoder: encoderOption(defaultEncoder),
} satisfies OptionTable<NoneOptions>);

/**
 * No pretraining: a network with random weights that knows only the mean and spread of the images. The start of
 * supervised training from scratch, and, frozen, the floor that every pretraining has to beat.
 */
export function none(given: NoneOptions = {}): Pretrain {
  const { options, settings } = definition.resolve(given);
  const pretrain: Pretrain = (images, rng) => {
    const network = buildNetwork(options.encoder, images.shape, rng.fork("weights"));
    try {
      setInputStatistics(network, images);
    } catch (error) {
      network.dispose();
      throw error;
    }
    return Promise.resolve(encoderFrom(network));
  };
  return known(pretrain, settings);
}
none.definition = definition;
