import {
  hasOwnKernels,
  tf,
  type KernelAttribute,
  type NamedTensorMap,
  type Tensor,
  type Tensor4D,
} from "../core";
import type { SlidingWindow } from "./layer";
import { attributes, floatKind, isBrain, run, runMany } from "./nativeCalls";

/*
 * What src/runtime/fusedKernels.cc, winogradKernels.cc, narrowKernels.cc, pointwiseKernels.cc and stridedKernels.cc have: batch norm with the end of a residual block, the sum of gradients, every n-th cell, and
 * means over a map, registered with tfjs for training; and convolutions of 3 by 3 cells and of one. They take maps of 16-bit and of 32-bit floats as they come.
 */

/** A batch norm's constants, and what follows it. */
export interface FusedNormSettings {
  readonly epsilon: number;
  readonly momentum: number;
  readonly relu: boolean;
  /** Whether only kernels here read the result, so that it may be brain floats. */
  readonly inner: boolean;
  /** Whether a map that is added has brain floats. */
  readonly brainSide?: boolean;
}

const productChannels = (channels: number): boolean => channels === 8 || channels % 16 === 0;

/**
 * A way that a convolution goes here. Of 3 by 3 cells: where the map's size is kept, product by product from images and with eight channels, and by Winograd's way with more; where it is halved, strided. Of one cell, pointwise.
 */
export type OwnWay = "narrow" | "pointwise" | "winograd" | "strided";

/** The way that a convolution goes here, from its filter and the [b,h,w] that it makes; undefined where it is left to TensorFlow. An image's gradient always is. */
export function ownWayOf(
  { shape: [, , taken, made] }: Tensor4D,
  [b, h, w]: readonly number[],
  { kernel, stride, padding }: SlidingWindow,
): OwnWay | undefined {
  if (b === 0 || !productChannels(made) || !hasOwnKernels()) return undefined;
  if (kernel === 1 && padding === 0 && stride === 1) {
    // With more, TensorFlow's threads have enough to do to be worth waking, and with larger filters it looks at a part of one at a time.
    const small = taken * made <= 2 ** 17 && b * h * w * taken * made <= 2 ** 27;
    return productChannels(taken) && small ? "pointwise" : undefined;
  }
  if (kernel !== 3 || padding !== 1 || stride > 2) return undefined;
  // With more channels oneDNN is as fast at images.
  const ofImage = (taken === 1 || taken === 3) && made <= 16;
  if (stride === 1 && w >= 8 && (ofImage || (taken === 8 && made === 8))) return "narrow";
  if (!productChannels(taken)) return undefined;
  if (stride === 2) return "strided";
  // The smallest maps have few cells whose neighbours count, and oneDNN leaves the others out.
  return Math.min(h, w) < 3 ? undefined : "winograd";
}

const keptNames = {
  narrow: "FewscopeNarrow",
  pointwise: "FewscopePointwise",
  winograd: "FewscopeWinograd",
} as const;

/** Which way a convolution goes, and what it makes. */
export interface Kept {
  /** Whether it is the gradient for the map. */
  readonly turned: boolean;
  /** Whether the result has brain floats. */
  readonly brain: boolean;
  /** A map of 32-bit floats that it comes on top of. */
  readonly onto?: Tensor;
}

/**
 * The convolution that keeps the map's size, computed in 32 bits; `turned`, its gradient for the map from that above. [b,h,w,c] with [k,k,c,d] -> [b,h,w,d];
 * `turned`, [b,h,w,d] -> [b,h,w,c]
 */
export function kept(
  way: Exclude<OwnWay, "strided">,
  x: Tensor,
  filter: Tensor4D,
  { turned, brain, onto }: Kept,
): Tensor {
  const kinds = [floatKind("T", isBrain(x)), floatKind("U", brain)];
  const others = onto === undefined ? [] : [onto];
  const settings = attributes([], { N: others.length, turned });
  return run(keptNames[way], [...kinds, ...settings], x, filter, ...others);
}

/** The filter's gradient, in 32 bits: from x [b,h,w,c] and the gradient above, [b,h,w,d] or, strided, [b,ceil(h/2),ceil(w/2),d] -> [k,k,c,d] */
export function ownFilterGradient(way: OwnWay, x: Tensor, dy: Tensor): Tensor {
  const kinds = [floatKind("T", isBrain(x)), floatKind("U", isBrain(dy))];
  const name = way === "strided" ? "FewscopeStrided" : keptNames[way];
  return run(`${name}Filter`, kinds, x, dy);
}

/** The convolution of every second cell, computed in 32 bits. [b,h,w,c] with [3,3,c,d] -> [b,ceil(h/2),ceil(w/2),d] */
export function strided(x: Tensor, filter: Tensor4D, brain: boolean): Tensor {
  return run("FewscopeStrided", [floatKind("T", isBrain(x)), floatKind("U", brain)], x, filter);
}

/** Its gradient for the map: from that above, [b,ceil(h/2),ceil(w/2),d], and the map's shape -> [b,h,w,c] */
export function stridedMapGradient(
  dy: Tensor,
  filter: Tensor4D,
  { shape, brain }: { readonly shape: readonly number[]; readonly brain: boolean },
): Tensor {
  const size = tf.tensor1d([...shape], "int32");
  const kinds = [floatKind("T", isBrain(dy)), floatKind("U", brain)];
  const dx = run("FewscopeStridedInput", kinds, dy, filter, size);
  size.dispose();
  return dx;
}

/** Whether they normalise a map of this size: they look at 64 values at a time. */
export function takesNorm({ shape, size }: Tensor): boolean {
  const channels = shape[shape.length - 1];
  return size > 0 && size % 64 === 0 && (channels % 64 === 0 || 64 % channels === 0);
}

/** The sum of two maps of one shape, with the floats of the first; with `relu`, negative values become 0. */
export function fusedSum(a: Tensor, b: Tensor, relu: boolean): Tensor {
  const kinds = [floatKind("T", isBrain(a)), floatKind("U", isBrain(b))];
  return run("FewscopeAdd", [...kinds, ...attributes([], { relu })], a, b);
}

/** Batch norm by running statistics, in 32 bits; `inputs` are scale, offset, mean and variance. */
export function fusedFixedNorm(
  x: Tensor,
  inputs: readonly Tensor[],
  { epsilon, relu }: Pick<FusedNormSettings, "epsilon" | "relu">,
): Tensor {
  const kinds = [floatKind("T", isBrain(x)), floatKind("S", false), floatKind("U", false)];
  const settings = attributes([], { N: 0, relu }, { epsilon });
  return run("FewscopeFixedNorm", [...kinds, ...settings], x, ...inputs);
}

/** Registers them, their names after a prefix. */
export function registerFusedKernels(prefix: string): void {
  registerNorm(`${prefix}FusedNorm`, false);
  registerNorm(`${prefix}FusedNormOnto`, true);
  registerFork(`${prefix}Fork`);
  registerEveryNth(`${prefix}EveryNth`);
  registerAverage(`${prefix}Average`);
}

/** Batch norm; with `onto`, of a map to which another is added. */
function registerNorm(kernelName: string, onto: boolean): void {
  const common = (x: Tensor, made: boolean, attrs: FusedNormSettings): KernelAttribute[] => [
    floatKind("T", isBrain(x)),
    floatKind("S", attrs.brainSide === true),
    floatKind("U", made),
    ...attributes([], { N: onto ? 1 : 0, relu: attrs.relu }),
  ];
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, scale, offset, mean, variance, side } = inputs as NamedTensorMap;
      const settings = attrs as unknown as FusedNormSettings;
      const { epsilon, momentum, inner } = settings;
      const all = [
        ...common(x, isBrain(x) && inner, settings),
        ...attributes([], {}, { epsilon, momentum }),
      ];
      const given = [x, scale, offset, mean, variance];
      return runMany("FewscopeNorm", all, onto ? [...given, side] : given, 5);
    },
  });
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "scale", "offset"],
    outputsToSave: [onto, false, false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, scale, offset, ...outputs] = saved;
      const [mean, rate] = outputs.slice(-2);
      const dy = (dys as Tensor[])[0];
      const settings = common(x, isBrain(dy), attrs as unknown as FusedNormSettings);
      const given = [dy, x, scale, offset, mean, rate];
      const gradients = onto
        ? runMany("FewscopeNormGradient", settings, [...given, outputs[0]], 4)
        : runMany("FewscopeNormGradient", settings, given, 3);
      tf.dispose([...saved, dy]);
      const [dx, dscale, doffset, dside] = gradients;
      return { x: () => dx, scale: () => dscale, offset: () => doffset, side: () => dside };
    },
  });
}

/** The same map twice, for two readers, whose gradients are added: tfjs adds 32-bit floats alone. */
function registerFork(kernelName: string): void {
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs }) => {
      const { x } = inputs as NamedTensorMap;
      return [x.clone(), x.clone()];
    },
  });
  tf.registerGradient({
    kernelName,
    gradFunc: (dys) => {
      const [one, other] = dys as Tensor[];
      return {
        x: () => {
          const sum = fusedSum(one, other, false);
          tf.dispose([one, other]);
          return sum;
        },
      };
    },
  });
}

/** Every so many cells of a map in both directions. */
function registerEveryNth(kernelName: string): void {
  const settings = (x: Tensor, stride: number): KernelAttribute[] => [
    floatKind("T", isBrain(x)),
    ...attributes([], { stride }),
  ];
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => {
      const { x } = inputs as NamedTensorMap;
      return run("FewscopeEveryNth", settings(x, (attrs as { stride: number }).stride), x);
    },
  });
  tf.registerGradient({
    kernelName,
    gradFunc: (dys, _, attrs) => {
      const { stride, shape } = attrs as { stride: number; shape: number[] };
      const dy = dys as Tensor;
      return {
        x: () => {
          const size = tf.tensor1d(shape, "int32");
          const dx = run("FewscopeEveryNthGradient", settings(dy, stride), dy, size);
          tf.dispose([size, dy]);
          return dx;
        },
      };
    },
  });
}

/** The mean of each channel over a whole map of 32-bit floats. [b,h,w,c] -> [b,c] */
function registerAverage(kernelName: string): void {
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs }) => run("FewscopeAverage", [], (inputs as NamedTensorMap)["x"]),
  });
  tf.registerGradient({
    kernelName,
    gradFunc: (dys, _, attrs) => ({
      x: () => {
        const size = tf.tensor1d((attrs as { shape: number[] }).shape, "int32");
        const dx = run("FewscopeAverageGradient", [], dys as Tensor, size);
        size.dispose();
        return dx;
      },
    }),
  });
}
