import { imageSet, tf, type ImageSet, type Tensor2D, type Tensor4D } from "../../src/core";
import { linearHead, type Explained } from "../../src/explain";
import type { NetworkMaps } from "../../src/nets";

/** The smallest network whose values were computed with PyTorch and captum: two 3x3 convolutions, each with a bias and ReLU, and the mean. */
export function vectorNet({ biases = true }: { readonly biases?: boolean } = {}): Explained {
  const one = Float32Array.from({ length: 18 }, (_, at) => {
    const [u, v, o] = [Math.floor(at / 6), Math.floor(at / 2) % 3, at % 2];
    return 0.5 * Math.sin(1 + 3 * o + 2 * u + v);
  });
  const two = Float32Array.from({ length: 36 }, (_, at) => {
    const [u, v, c, o] = [Math.floor(at / 12), Math.floor(at / 4) % 3, Math.floor(at / 2) % 2, at % 2]; // prettier-ignore
    return 0.5 * Math.cos(2 + 4 * o + 3 * c + u + 2 * v);
  });
  const on = biases ? 1 : 0;
  const layers = [
    (x: Tensor4D): Tensor4D =>
      tf.relu<Tensor4D>(tf.conv2d(x, tf.tensor4d(one, [3, 3, 1, 2]), 1, "same").add<Tensor4D>(tf.tensor1d([0.1 * on, -0.2 * on]))), // prettier-ignore
    (x: Tensor4D): Tensor4D =>
      tf.relu<Tensor4D>(tf.conv2d(x, tf.tensor4d(two, [3, 3, 2, 2]), 1, "same").add<Tensor4D>(tf.tensor1d([0.05 * on, 0.15 * on]))), // prettier-ignore
  ];
  const geometry = { stride: 1, offset: 0 };
  const maps: NetworkMaps = {
    stages: [
      { name: "one", field: 3, ...geometry },
      { name: "two", field: 5, ...geometry },
    ],
    averaged: true,
    upTo: (images, stage) => layers.slice(0, stage + 1).reduce((x, layer) => layer(x), images),
    from: (map, stage) =>
      layers.slice(stage + 1).reduce((x, layer) => layer(x), map).mean<Tensor2D>([1, 2]), // prettier-ignore
  };
  const head = linearHead({ weights: [1, -1.5, -0.5, 2], bias: [0.3 * on, -0.1 * on] });
  return { maps, head };
}

/** sin(1 + 2 row + 3 column). */
export const vectorImage: ImageSet = imageSet({
  name: "vector",
  pixels: Float32Array.from({ length: 16 }, (_, i) => Math.sin(1 + 2 * Math.floor(i / 4) + 3 * (i % 4))), // prettier-ignore
  shape: [4, 4, 1],
});
