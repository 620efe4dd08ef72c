import {
  define,
  option,
  tf,
  type Augmentation,
  type OptionTable,
  type Rng,
  type Tensor3D,
} from "../core";
import { augmentation, drawFrom, happens, type Range } from "./augmentation";
import { mirrored } from "./mirrored";
import { range } from "./options";

/** How much images are blurred. */
export interface BlurOptions {
  /** Standard deviation of the Gaussian in pixels, drawn evenly for each image, or one number. @default [0.1, 2] */
  readonly sigma?: Range | number;
  /** Probability that an image is changed. @default 0.5 */
  readonly probability?: number;
}

const definition = define("blur", 1, {
  sigma: range({ min: 0, default: [0.1, 2] }),
  probability: option.share({ default: 0.5 }),
} satisfies OptionTable<BlurOptions>);

/**
 * Blurs each image with a Gaussian of its own width, cut at three standard deviations; beyond the border the image is
 * mirrored. The work grows with the third power of the edge: meant for images up to some hundred pixels.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function blur(given: BlurOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { sigma, probability } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const [count, height, width, channels] = images.shape;
    const sigmas = Float64Array.from({ length: count }, () => drawSigma(rng, sigma, probability));
    // A Gaussian is a product of one along the columns and one along the rows, each a small matrix for each image.
    const alongColumns = blurMatrices(sigmas, height);
    const alongRows = height === width ? alongColumns : blurMatrices(sigmas, width);
    const columnsDone = tf.matMul(
      alongColumns,
      tf.reshape(images, [count, height, width * channels]),
    );
    if (channels === 1) {
      const square: Tensor3D = tf.reshape(columnsDone, [count, height, width]);
      const done = tf.matMul(square, alongRows, false, true);
      return tf.reshape(done, [count, height, width, 1]);
    }
    const turned = tf.transpose(
      tf.reshape(columnsDone, [count, height, width, channels]),
      [0, 2, 1, 3],
    );
    const done = tf.matMul(alongRows, tf.reshape(turned, [count, width, height * channels]));
    return tf.transpose(tf.reshape(done, [count, width, height, channels]), [0, 2, 1, 3]);
  });
}
blur.definition = definition;

function drawSigma(rng: Rng, sigma: Range, probability: number): number {
  const drawn = drawFrom(rng, sigma);
  return happens(rng, probability) ? drawn : 0;
}

/** For each image the matrix that blurs an axis of this length; rows sum to 1. n -> [n,length,length] */
function blurMatrices(sigmas: Float64Array, length: number): Tensor3D {
  const matrices = new Float32Array(sigmas.length * length * length);
  sigmas.forEach((sigma, i) => {
    const weights = gaussian(sigma);
    const reach = (weights.length - 1) / 2;
    for (let row = 0; row < length; row++) {
      const at = (i * length + row) * length;
      for (let k = -reach; k <= reach; k++) {
        matrices[at + mirrored(row + k, length)] += weights[k + reach];
      }
    }
  });
  return tf.tensor3d(matrices, [sigmas.length, length, length]);
}

/** Weights of a Gaussian at whole pixels, of sum 1. */
function gaussian(sigma: number): Float64Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    sigma === 0 ? 1 : Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
}
