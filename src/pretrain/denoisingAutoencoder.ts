import {
  type Augmentation,
  define,
  option,
  tf,
  type Network,
  type OptionTable,
  type Pretrain,
  type Rng,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { mild } from "../augment";
import { projector } from "../nets";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of a denoising autoencoder. */
export interface DenoisingAutoencoderOptions extends SelfSupervisedOptions {
  /** What makes a view of an image before it is spoilt. @default shifted by up to an eighth, mirrored where the set says that this keeps its classes */
  readonly views?: Augmentation;
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.2 */
  readonly learningRate?: number;
  /** Noise that is added, in standard deviations of each channel, at least 0. @default 0.5 */
  readonly noise?: number;
  /** Share of the image that is hidden in square patches, in [0,1). @default 0.5 */
  readonly mask?: number;
  /** Edge of these patches in pixels, at least 1. @default an eighth of the shorter edge */
  readonly patch?: number;
  /** Width of the decoder's hidden layer. @default 256 */
  readonly hiddenDim?: number;
}

const definition = define("denoisingAutoencoder", 3, {
  ...selfSupervisedOptions({ learningRate: 0.2, views: mild.views }),
  noise: option.weight({ default: 0.5, search: { log: [0.1, 1.5] } }),
  mask: option.number({ min: 0, max: 0.99, default: 0.5, search: { among: [0.25, 0.5, 0.75] } }),
  patch: option.count({}),
  hiddenDim: option.count({ default: 256 }),
} satisfies OptionTable<DenoisingAutoencoderOptions>);

/** Longest edge that is painted again; what is finer does not pass the embedding anyway. */
const largestEdge = 32;

/**
 * Denoising autoencoder: paints the whole image again, at up to 32 pixels an edge, from the embedding of a noisy one with hidden patches; a plain
 * baseline. The loss is the mean squared error in standard deviations of each channel.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Vincent et al. 2008, ICML, doi:10.1145/1390156.1390294; Pathak et al. 2016, arXiv:1604.07379 (hidden patches)
 */
export function denoisingAutoencoder(given: DenoisingAutoencoderOptions = {}): Pretrain {
  const resolved = definition.resolve(given);
  const { noise, mask, hiddenDim } = resolved.options;
  return selfSupervised({
    task: "denoising autoencoder",
    ...resolved,
    build: ({ network, images, rng }) => {
      const [height, width, channels] = images.shape;
      const painted = paintedSize(height, width);
      const outputDim = painted[0] * painted[1] * channels;
      const decoder = projector(
        { inputDim: network.dim, hiddenDim, outputDim, finalNorm: false },
        rng.fork("decoder"),
      );
      const patch = resolved.options.patch ?? Math.max(1, Math.round(Math.min(height, width) / 8));
      return {
        heads: { decoder },
        aim: (views, stepRng) => {
          const clean = standardise(views, network);
          const noisy = addNoise(clean, noise, stepRng.fork("noise"));
          const seen = noisy.mul<Tensor4D>(holes(clean, mask, patch, stepRng.fork("mask")));
          const target = smaller(clean, painted).reshape([views.shape[0], outputDim]);
          return { seen: unstandardise(seen, network), target };
        },
        loss: ({ seen, target }) => {
          const guess = decoder.apply(network.apply(seen, true), true);
          return guess
            .sub(target as Tensor2D)
            .square()
            .mean();
        },
      };
    },
  });
}
denoisingAutoencoder.definition = definition;

function paintedSize(height: number, width: number): [number, number] {
  const scale = Math.min(1, largestEdge / Math.max(height, width));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

function statistic(network: Network, name: "mean" | "std"): Tensor {
  return network.variables.get(`input.${name}`) as Tensor;
}

/** In standard deviations of each channel. [n,h,w,c] -> [n,h,w,c] */
function standardise(images: Tensor4D, network: Network): Tensor4D {
  return images.sub(statistic(network, "mean")).div(statistic(network, "std"));
}

/** Back to what the network takes. [n,h,w,c] -> [n,h,w,c] */
function unstandardise(values: Tensor4D, network: Network): Tensor4D {
  return values.mul(statistic(network, "std")).add(statistic(network, "mean"));
}

function addNoise(images: Tensor4D, strength: number, rng: Rng): Tensor4D {
  if (strength === 0) return images;
  return images.add(tf.randomNormal(images.shape, 0, strength, "float32", rng.tfSeed()));
}

/** 0 where a patch is hidden, else 1. [n,h,w,1] */
function holes(images: Tensor4D, share: number, patch: number, rng: Rng): Tensor4D {
  const [n, height, width] = images.shape;
  const [rows, columns] = [Math.ceil(height / patch), Math.ceil(width / patch)];
  const hidden = Math.round(share * rows * columns);
  const kept = new Float32Array(n * rows * columns).fill(1);
  for (let i = 0; i < n; i++) {
    const order = rng.permutation(rows * columns);
    for (const cell of order.subarray(0, hidden)) kept[i * rows * columns + cell] = 0;
  }
  const cells = tf.tensor(kept, [n, rows, 1, columns, 1, 1]);
  return cells
    .tile([1, 1, patch, 1, patch, 1])
    .reshape<Tensor4D>([n, rows * patch, columns * patch, 1])
    .slice([0, 0, 0, 0], [n, height, width, 1]);
}

/** Brings images to a size, unless they have it. [n,h,w,c] -> [n,h',w',c] */
function smaller(images: Tensor4D, [height, width]: readonly [number, number]): Tensor4D {
  if (images.shape[1] === height && images.shape[2] === width) return images;
  return tf.image.resizeBilinear(images, [height, width], false, true);
}
