import { InputError, normaliseRows, tf, type Tensor, type Tensor2D } from "../core";

/**
 * Passes two batches of embeddings that belong together row by row.
 * @throws InputError if their shapes differ, or there are fewer rows than a loss needs
 */
export function checkPair(a: Tensor2D, b: Tensor2D, least = 1): void {
  if (a.shape.join() !== b.shape.join()) {
    throw new InputError({
      got: `embeddings of shape [${a.shape.join()}] beside [${b.shape.join()}]`,
      expected: "one row for each image in both",
      todo: "Give both views of the same images.",
    });
  }
  if (a.shape[0] < least) {
    throw new InputError({
      got: `${a.shape[0]} rows`,
      expected: `at least ${least}`,
      todo: "Give a larger batch.",
    });
  }
}

/** The cosine between rows of the same number. [n,d], [n,d] -> [n] */
export function rowCosines(a: Tensor2D, b: Tensor2D): Tensor {
  return normaliseRows(a).mul(normaliseRows(b)).sum(1);
}

/** The same values as a constant: the gradient behind it is exactly zero. Any shape. */
export function stopGradient<T extends Tensor>(x: T): T {
  const constant = tf.customGrad((given) => {
    const { shape } = given as Tensor;
    // The shape only: holding the values would keep their memory until the gradient is made.
    return { value: (given as Tensor).clone(), gradFunc: () => tf.zeros(shape) };
  });
  return constant(x) as T;
}

/** 1 off the diagonal, 0 on it. [n,n] */
export function offDiagonal(n: number): Tensor2D {
  return tf.sub(1, tf.eye(n));
}
