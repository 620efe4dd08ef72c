import { checkOneOf, type Pretrain } from "../core";
import { loadEncoder, setInputStatistics } from "../nets";

/** How a stored encoder is fitted to the images. */
export interface FromOptions {
  /**
   * What is taken off the images before the network: the mean and spread of these images, which suits any unit, or of those that the file's
   * network was trained on, which needs the same unit. @default "images"
   */
  readonly statistics?: "images" | "file";
}

/**
 * Starts from an encoder in a file: one that was saved here, or torchvision's ResNet-18, 34 or 50 as safetensors. Images may have another number of
 * channels than its own.
 * @throws InputError if the file cannot be read or holds no such network
 */
export function from(file: string, { statistics = "images" }: FromOptions = {}): Pretrain {
  checkOneOf("statistics", statistics, ["images", "file"]);
  return async (images) => {
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
}
