import {
  checkInteger,
  createRng,
  joinVariables,
  tf,
  type Rng,
  type Tensor1D,
  type Tensor4D,
  type Variable,
} from "../core";
import { convolutionLayer } from "./convolutionLayer";
import type { StoredTensor } from "./safetensors";
import { assignVariables, downloadVariables } from "./weights";
import { disposeVariables, makeVariable, type Layer } from "./layer";
import { convolutionUnit } from "./resnet";

/** The size of a U-Net; plain JSON. */
export interface UnetSpec {
  /** Channels of each level on the way down, the finest first. @default [8, 16, 32] */
  readonly widths?: readonly number[];
  /** Channels of each level on the way up. @default 16 */
  readonly decoder?: number;
  /** Channels of the images. @default 1 */
  readonly inputs?: number;
  /** Numbers for each pixel. @default 1 */
  readonly outputs?: number;
}

/** A network that gives numbers for each pixel. */
export interface Unet {
  readonly spec: Required<UnetSpec>;
  readonly variables: ReadonlyMap<string, Variable>;
  /** Edges must be multiples of this. */
  readonly multiple: number;
  /** [b,h,w,inputs] -> [b,h,w,outputs] */
  apply(x: Tensor4D, training: boolean): Tensor4D;
  /** What the logits are a weighted sum of. [b,h,w,inputs] -> [b,h,w,decoder] */
  features(x: Tensor4D, training: boolean): Tensor4D;
  dispose(): void;
}

/**
 * A U-Net: two 3x3 convolutions with batch norm and ReLU a level, max-pooling down, bilinear interpolation up, and a 1x1
 * convolution to the numbers of a pixel.
 * @throws InputError if a size is not a whole number of at least 1
 * @see Ronneberger et al. 2015, arXiv:1505.04597
 */
export function unet(spec: UnetSpec, rng: Rng): Unet {
  const { widths = [8, 16, 32], decoder = 16, inputs = 1, outputs = 1 } = spec;
  [...widths, decoder, inputs, outputs].forEach((size) =>
    checkInteger("channels", size, { min: 1 }),
  );
  const parts: Record<string, Layer<Tensor4D>> = {};
  const pair = (name: string, from: number, to: number): Layer<Tensor4D>[] =>
    [0, 1].map((i) => {
      const shape = { inputs: i === 0 ? from : to, outputs: to, kernel: 3 };
      return (parts[`${name}.${i}`] = convolutionUnit(shape, rng.fork(`${name}.${i}`)));
    });
  const down = widths.map((width, level) => pair(`down${level}`, level === 0 ? inputs : widths[level - 1], width)); // prettier-ignore
  const up = widths.slice(0, -1).map((width, level) => {
    const below = level === widths.length - 2 ? widths[level + 1] : decoder;
    return pair(`up${level}`, width + below, decoder);
  });
  const out = convolutionLayer({ inputs: decoder, outputs, kernel: 1 }, rng.fork("out"));
  const bias = makeVariable<Tensor1D>(new Float32Array(outputs), [outputs]);
  const run = (layers: readonly Layer<Tensor4D>[], x: Tensor4D, training: boolean): Tensor4D =>
    layers.reduce((y, layer) => layer.apply(y, training), x);
  const features = (x: Tensor4D, training: boolean): Tensor4D => {
    const skips: Tensor4D[] = [];
    let y = x;
    down.forEach((layers, level) => {
      if (level > 0) y = tf.maxPool(y, 2, 2, "valid");
      y = run(layers, y, training);
      skips.push(y);
    });
    for (let level = up.length - 1; level >= 0; level--) {
      const [, h, w] = skips[level].shape;
      const wide = tf.image.resizeBilinear(y, [h, w], false, true);
      y = run(up[level], tf.concat([skips[level], wide], 3), training);
    }
    return y;
  };
  const variables = new Map([...joinVariables({ ...parts, out }), ["out.bias", bias] as const]);
  return {
    spec: { widths: [...widths], decoder, inputs, outputs },
    variables,
    multiple: 2 ** (widths.length - 1),
    features,
    apply: (x, training) => tf.add(out.apply(features(x, training), training), bias),
    dispose: () => disposeVariables(variables),
  };
}

/** A U-Net at rest: its size, and its weights by name. */
export interface StoredUnet {
  readonly spec: UnetSpec;
  readonly weights: ReadonlyMap<string, StoredTensor>;
}

/** The weights of a U-Net as plain arrays. */
export function storedUnet({ spec, variables }: Unet): StoredUnet {
  return { spec, weights: downloadVariables(variables) };
}

/**
 * A U-Net with given weights, which the caller disposes.
 * @throws InputError if the weights do not fit the size
 */
export function unetFrom({ spec, weights }: StoredUnet): Unet {
  // The random start is overwritten at once, so its seed does not matter.
  const network = unet(spec, createRng(1));
  try {
    assignVariables(network.variables, weights);
  } catch (error) {
    network.dispose();
    throw error;
  }
  return network;
}
