import { define, known, option, type OptionTable, type Pretrain } from "../core";
import { loadEncoder, setInputStatistics } from "../nets";
import { fileOption } from "./fileOption";

/** Which stored encoder, and how it is fitted to the images. */
export interface FromOptions {
  /** Where it lies; it is known by what the file holds. */
  readonly file: string;
  /**
   * What is taken off the images before the network: the mean and spread of these images, which suits any unit, or of those that the file's
   * network was trained on, which needs the same unit. @default "images"
   */
  readonly statistics?: "images" | "file";
}

const definition = define("from", 1, {
  file: fileOption(),
  statistics: option.choice(["images", "file"], { default: "images" }),
} satisfies OptionTable<FromOptions>);

/**
 * Starts from an encoder in a file: one that was saved here, or torchvision's ResNet-18, 34 or 50 as safetensors. Images may have another number of
 * channels than its own.
 * @throws InputError if the file cannot be read or holds no such network
 */
export function from(given: string | FromOptions): Pretrain {
  const { options, settings } = definition.resolve(
    typeof given === "string" ? { file: given } : given,
  );
  const { file, statistics } = options;
  const pretrain: Pretrain = async (images) => {
    const encoder = await loadEncoder(file, { shape: images.shape });
    try {
      if (statistics === "images" && encoder.network !== undefined)
        setInputStatistics(encoder.network, images);
    } catch (error) {
      encoder.dispose();
      throw error;
    }
    return encoder;
  };
  return known(pretrain, settings);
}
from.definition = definition;
