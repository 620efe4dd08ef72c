import { tf, type Tensor1D, type Tensor4D } from "./backend";
import type { ImageSet } from "./types";

/** Reads some images of a set. [b,h,w,c] */
export function readBatch(images: ImageSet, indices: ArrayLike<number>): Tensor4D {
  return tf.tensor4d(images.pixels.read(indices), [indices.length, ...images.shape]);
}

/** Reads the labels of some images of a set. [b] int32 */
export function readLabels({ labels }: ImageSet, indices: ArrayLike<number>): Tensor1D {
  return tf.tensor1d(
    Int32Array.from(indices, (i) => labels[i]),
    "int32",
  );
}
