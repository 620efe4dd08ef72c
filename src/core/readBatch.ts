import { tf, type Tensor1D, type Tensor2D, type Tensor4D } from "./backend";
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

/**
 * Reads the labels of some images of a set as rows of probabilities, which losses need not read back to check. [b,classes]
 * @throws Error if one of these images is not labelled
 */
export function labelRows({ labels, classNames }: ImageSet, indices: ArrayLike<number>): Tensor2D {
  const classes = classNames.length;
  const rows = new Float32Array(indices.length * classes);
  for (let i = 0; i < indices.length; i++) {
    const label = labels[indices[i]];
    if (!(label >= 0 && label < classes)) throw new Error(`image ${indices[i]} has no label`);
    rows[i * classes + label] = 1;
  }
  return tf.tensor2d(rows, [indices.length, classes]);
}
