import {
  type Augmentation,
  define,
  InputError,
  tf,
  type ImageSet,
  type OptionTable,
  type Pretrain,
  type Rng,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { mild } from "../augment";
import { crossEntropy } from "../losses";
import { linear } from "../nets";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of rotation prediction. */
export interface RotationOptions extends SelfSupervisedOptions {
  /**
   * What makes a view of an image before it is turned; must not turn or mirror in both directions, or nothing is left to tell.
   * @default shifted by up to an eighth, mirrored left to right where the set says that this keeps its classes
   */
  readonly views?: Augmentation;
}

const definition = define("rotation", 2, {
  ...selfSupervisedOptions({ views: mild.views }),
} satisfies OptionTable<RotationOptions>);

/**
 * Rotation prediction: tells by which quarter turn an image was turned; a plain baseline, of use only where images have an up. Of the two views of
 * each image a quarter each is turned by 0, 90, 180 and 270 degrees; the paper shows every image in all four turns at once.
 * @throws InputError if images are not square, there are fewer than two, or an option is out of range
 * @see Gidaris, Singh & Komodakis 2018, arXiv:1803.07728
 */
export function rotation(given: RotationOptions = {}): Pretrain {
  return selfSupervised({
    task: "rotation",
    ...definition.resolve(given),
    check: checkSquare,
    build: ({ network, rng }) => {
      const head = linear({ inputDim: network.dim, outputDim: 4 }, rng.fork("head"));
      return {
        heads: { head },
        aim: (both, stepRng) => turned(both, stepRng.fork("turns")),
        loss: ({ images, turns }) => {
          const scores = head.apply(network.apply(images, true), true);
          return crossEntropy(scores, turns);
        },
      };
    },
  });
}
rotation.definition = definition;

/** Turns a random quarter of the images by each quarter turn. [n,h,h,c] -> [n,h,h,c], [n,4] */
function turned(images: Tensor4D, rng: Rng): { images: Tensor4D; turns: Tensor2D } {
  const n = images.shape[0];
  const order = rng.permutation(n);
  const labels = new Int32Array(n);
  const parts = [0, 1, 2, 3].map((turns) => {
    const [from, to] = [Math.floor((turns * n) / 4), Math.floor(((turns + 1) * n) / 4)];
    labels.fill(turns, from, to);
    return quarterTurn(tf.gather(images, tf.tensor1d(order.subarray(from, to), "int32")), turns);
  });
  return {
    images: tf.concat(parts),
    turns: tf.oneHot(tf.tensor1d(labels, "int32"), 4).toFloat() as Tensor2D,
  };
}

/** Turns every image counter-clockwise. [n,h,h,c] -> [n,h,h,c] */
function quarterTurn(images: Tensor4D, turns: number): Tensor4D {
  if (turns === 0) return images;
  if (turns === 2) return tf.reverse(images, [1, 2]);
  return tf.reverse(tf.transpose(images, [0, 2, 1, 3]), turns === 1 ? 1 : 2);
}

function checkSquare({ shape: [height, width] }: ImageSet): void {
  if (height === width) return;
  throw new InputError({
    got: `images of ${height}x${width} pixels to turn by quarters`,
    expected: "square ones",
    todo: "Choose another pretraining, or cut square images.",
  });
}
