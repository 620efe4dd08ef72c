import { InputError, joinVariables, tf, type Rng, type Tensor2D, type Tensor4D } from "../core";
import type { Conv4Spec } from "./encoderSpec";
import { globalAverage } from "./kernels";
import { convolutionUnit, type Body } from "./resnet";

const blocks = 4;

/**
 * Four blocks of 3x3 convolution, batch norm, ReLU and 2x2 max-pooling. [b,h,w,c] -> [b,d]; d = width floor(h/16) floor(w/16), or width
 * with average pooling
 * @throws InputError if an image is smaller than 16 pixels in height or width
 * @see Vinyals et al. 2016, arXiv:1606.04080, section 4.1
 */
export function conv4(
  { width = 64, pool = "flatten" }: Conv4Spec,
  [height, across, channels]: readonly [number, number, number],
  rng: Rng,
): Body {
  const cells = Math.floor(height / 2 ** blocks) * Math.floor(across / 2 ** blocks);
  if (cells === 0) {
    throw new InputError({
      got: `images of ${height}x${across} pixels for conv4`,
      expected: "at least 16x16, since conv4 halves them four times",
      todo: "Use a resnet encoder, or larger images.",
    });
  }
  const units = Array.from({ length: blocks }, (_, i) =>
    convolutionUnit(
      { inputs: i === 0 ? channels : width, outputs: width, kernel: 3 },
      rng.fork(`block${i + 1}`),
    ),
  );
  const dim = pool === "flatten" ? cells * width : width;
  const steps = units.map((unit, i) => ({
    name: `block${i + 1}`,
    layer: {
      variables: unit.variables,
      apply: (x: Tensor4D, training: boolean): Tensor4D =>
        tf.maxPool(unit.apply(x, training), 2, 2, "valid"),
    },
    windows: [
      { kernel: 3, stride: 1, padding: 1 },
      { kernel: 2, stride: 2, padding: 0 },
    ],
  }));
  const toVector = (last: Tensor4D): Tensor2D =>
    pool === "flatten" ? last.reshape([last.shape[0], dim]) : globalAverage(last);
  return {
    dim,
    variables: joinVariables(Object.fromEntries(units.map((unit, i) => [`block${i + 1}`, unit]))),
    steps,
    averaged: pool === "average",
    pool: toVector,
    apply: (images, training): Tensor2D =>
      toVector(steps.reduce((x, { layer }) => layer.apply(x, training), images)),
  };
}
