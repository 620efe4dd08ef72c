import { type Rng, type Tensor4D } from "../core";
import { convolution, convolutionBeside, everyNth, forked } from "./kernels";
import { makeVariable, type Layer } from "./layer";

/** The size of a convolution without bias. */
export interface ConvolutionShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Edge of the square kernel, in pixels. */
  readonly kernel: number;
  /** @default 1 */
  readonly stride?: number;
  /** Whether batch norm alone reads what it gives. @default false */
  readonly inner?: boolean;
}

/** A convolution, which may begin a residual block. */
export interface Convolution extends Layer<Tensor4D> {
  /** Its result, and its map for another reader. [b,h,w,inputs] -> [b,h/stride,w/stride,outputs], [b,h,w,inputs] */
  applyBeside(x: Tensor4D, training: boolean): readonly [Tensor4D, Tensor4D];
}

/**
 * A convolution without bias, padded on all sides by half its kernel. Weights "weight" [k,k,inputs,outputs] are normal with variance
 * 2 / (k k outputs). [b,h,w,inputs] -> [b,h/stride,w/stride,outputs]
 * @see He et al. 2015, arXiv:1502.01852, equation 14 (fan-out)
 */
export function convolutionLayer(
  { inputs, outputs, kernel, stride = 1, inner = false }: ConvolutionShape,
  rng: Rng,
): Convolution {
  const spread = Math.sqrt(2 / (kernel * kernel * outputs));
  const size = kernel * kernel * inputs * outputs;
  const values = Float32Array.from({ length: size }, () => spread * rng.normal());
  const weight = makeVariable<Tensor4D>(values, [kernel, kernel, inputs, outputs]);
  const padding = (kernel - 1) / 2;
  // TensorFlow 2.21 writes past its memory in the gradient of a strided convolution of one pixel where the batch is
  // odd (AVX-512). Taking every stride-th pixel first is the same, and no slower.
  const takesFirst = kernel === 1 && stride > 1;
  const way = { stride: takesFirst ? 1 : stride, padding, inner };
  const apply = (x: Tensor4D, training: boolean): Tensor4D =>
    convolution(takesFirst ? everyNth(x, stride) : x, weight, { ...way, training });
  return {
    variables: new Map([["weight", weight]]),
    apply,
    applyBeside: (x, training) => {
      if (!takesFirst) return convolutionBeside(x, weight, { ...way, training });
      const [main, short] = forked(x);
      return [apply(main, training), short];
    },
  };
}
