import {
  computesMixed,
  defined,
  multipliesMixed,
  tf,
  type KernelAttribute,
  type Tensor,
  type Tensor4D,
} from "../core";
import {
  kept,
  ownFilterGradient,
  ownWayOf,
  strided,
  stridedMapGradient,
  type OwnWay,
} from "./fusedKernels";
import { slid, type SlidingWindow } from "./layer";
import {
  attributes,
  forFloatsOf,
  integerKind,
  isBrain,
  madeFloats,
  ofBrainFloats,
  run,
  withFloats,
} from "./nativeCalls";

/** Attributes of one window, for 32-bit floats and for brain floats. */
interface WindowAttributes {
  readonly single: readonly KernelAttribute[];
  readonly brain: readonly KernelAttribute[];
}

const attributesOf = new Map<string, WindowAttributes>();

function attributesFor(window: SlidingWindow): WindowAttributes {
  const key = `${window.kernel} ${window.stride} ${window.padding}`;
  const found = attributesOf.get(key) ?? makeAttributes(window);
  attributesOf.set(key, found);
  return found;
}

function makeAttributes({ kernel, stride, padding }: SlidingWindow): WindowAttributes {
  // "SAME" puts the odd row of a stride of two at the far end, PyTorch at the near one.
  const same = stride === 1 && 2 * padding + 1 === kernel;
  const sides = [0, 0, padding, padding, padding, padding, 0, 0];
  const single = attributes(["T"], {
    strides: [1, stride, stride, 1],
    data_format: "NHWC",
    dilations: [1, 1, 1, 1],
    use_cudnn_on_gpu: true,
    ...(same || padding === 0
      ? { padding: same ? "SAME" : "VALID" }
      : { padding: "EXPLICIT", explicit_paddings: sides }),
  });
  return { single, brain: ofBrainFloats(single) };
}

/** Runs a kernel with 32-bit floats, or with brain floats whose sums have 32 bits; its result has either. */
function convolve(
  name: string,
  window: SlidingWindow,
  { mixed, brain = false }: { readonly mixed: boolean; readonly brain?: boolean },
  inputs: readonly Tensor[],
): Tensor {
  const settings = attributesFor(window)[mixed ? "brain" : "single"];
  const result = withFloats(mixed, inputs, (given) => run(name, settings, ...given));
  return madeFloats(brain, result);
}

/** What a convolution's kernels make: its map, that map's gradient, and the filter's. */
type Made = "map" | "mapGradient" | "filterGradient";

/** Multiplications from which brain floats make up for the rounding, and for the way here that 32 bits go, on two cores that multiply them faster. */
const enough: Readonly<Record<OwnWay | "none", Readonly<Record<Made, number>>>> = {
  none: { map: 2 ** 23, mapGradient: 2 ** 23, filterGradient: 2 ** 23 },
  pointwise: { map: 2 ** 23, mapGradient: 2 ** 23, filterGradient: 2 ** 23 },
  narrow: { map: Infinity, mapGradient: Infinity, filterGradient: Infinity },
  winograd: { map: 2 ** 24, mapGradient: 2 ** 24, filterGradient: Infinity },
  strided: { map: 2 ** 23, mapGradient: 2 ** 30, filterGradient: 2 ** 30 },
};

/** How a convolution or its gradient is computed. */
interface Computed {
  /** In a way of ours, in 32 bits whatever the maps have. */
  readonly own: OwnWay | undefined;
  /** With brain floats. */
  readonly mixed: boolean;
}

/** How something is made, from the filter and [b,h,w] of what the convolution makes. */
function wayOf(
  made: Made,
  filter: Tensor4D,
  [b, h, w]: readonly number[],
  window: SlidingWindow,
): Computed {
  const found = ownWayOf(filter, [b, h, w], window);
  const own = made === "mapGradient" && filter.shape[2] < 8 ? undefined : found;
  const mixed = multipliesMixed() && b * h * w * filter.size >= enough[own ?? "none"][made];
  return { own: mixed ? undefined : own, mixed };
}

/** Registers a convolution with tfjs under a name, and its gradients. */
export function registerConvolution(kernelName: string): void {
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => convolved(inputs as unknown as Convolved, attrs),
  });
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as Tensor4D[];
      return gradientsOf({ x, filter }, dy as Tensor4D, windowOf(filter, attrs));
    },
  });
}

/** The same beside the map itself, for another reader, whose gradient the map's is added to. */
export function registerConvolutionBeside(kernelName: string): void {
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => {
      const given = inputs as unknown as Convolved;
      return [convolved(given, attrs), given.x.clone()];
    },
  });
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "filter"],
    gradFunc: (dys, saved, attrs) => {
      const [x, filter] = saved as Tensor4D[];
      const [dy, beside] = dys as Tensor4D[];
      return gradientsOf({ x, filter }, dy, windowOf(filter, attrs), beside);
    },
  });
}

/** What a convolution takes. */
interface Convolved {
  readonly x: Tensor4D;
  readonly filter: Tensor4D;
}

function convolved({ x, filter }: Convolved, attrs: unknown): Tensor {
  const window = windowOf(filter, attrs);
  const { mixed, own } = wayOf("map", filter, slid(x.shape, window), window);
  const { inner } = attrs as { inner?: boolean };
  const brain = inner === true && (mixed || (own !== undefined && computesMixed()));
  if (own === "strided") return strided(x, filter, brain);
  if (own !== undefined) return kept(own, x, filter, { turned: false, brain });
  return convolve("Conv2D", window, { mixed, brain }, [x, filter]);
}

/** Gradients of a convolution's map and filter, from that above and, where the map has another reader, from that one's. */
function gradientsOf(
  { x, filter }: Convolved,
  dy: Tensor4D,
  window: SlidingWindow,
  beside?: Tensor4D,
): { readonly x: () => Tensor; readonly filter: () => Tensor } {
  // tfjs asks for x first, if it asks for both; the stem's is never asked for.
  return {
    x: () => {
      const dx = inputGradient(x, filter, dy, { window, beside });
      beside?.dispose();
      return dx;
    },
    filter: () => {
      const result = filterGradient(x, filter, dy, window);
      tf.dispose([x, filter, dy]);
      return result;
    },
  };
}

function windowOf(filter: Tensor4D, attrs: unknown): SlidingWindow {
  const { stride, padding } = attrs as { stride: number; padding: number };
  return { kernel: filter.shape[0], stride, padding };
}

function shapeOf(x: Tensor): Tensor {
  return tf.tensor1d(x.shape, "int32");
}

/** Rows and columns that PyTorch's padding puts before and after the image, as far as the kernel reaches. */
function paddingOf(
  x: Tensor4D,
  dy: Tensor4D,
  { kernel, stride, padding }: SlidingWindow,
): [number, number][] {
  const sides = ([1, 2] as const).map((axis): [number, number] => {
    const reach = (dy.shape[axis] - 1) * stride + kernel;
    return [padding, Math.max(0, reach - x.shape[axis] - padding)];
  });
  return [[0, 0], ...sides, [0, 0]];
}

/** The map's gradient; with that of another reader, both together. */
function inputGradient(
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  { window, beside }: { readonly window: SlidingWindow; readonly beside: Tensor4D | undefined },
): Tensor {
  const { mixed, own } = wayOf("mapGradient", filter, dy.shape, window);
  const brain = isBrain(x);
  if (own !== undefined && own !== "strided")
    return kept(own, dy, filter, { turned: true, brain, ...defined({ onto: beside }) });
  const dx =
    own === "strided"
      ? stridedMapGradient(dy, filter, { shape: x.shape, brain })
      : plainInputGradient(x, filter, dy, { window, mixed });
  if (beside === undefined) return dx;
  const sum = run("AddV2", attributes(["T"]), beside, dx);
  dx.dispose();
  return sum;
}

/**
 * TensorFlow has no oneDNN kernel for the gradients of explicit padding. For the input that costs little while there are
 * few channels; with many, or with brain floats, padding first is up to 3 times faster.
 */
function plainInputGradient(
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  { window, mixed }: { readonly window: SlidingWindow; readonly mixed: boolean },
): Tensor {
  const { stride, padding } = window;
  const explicit = stride > 1 && padding > 0;
  // oneDNN's strided kernel was seen to write past its memory where the batch is odd.
  const padded = explicit && (mixed || x.shape[3] >= 64) && x.shape[0] % 2 === 0;
  if (!padded) {
    const way = { mixed: mixed && !explicit, brain: isBrain(x) };
    return convolve("Conv2DBackpropInput", window, way, [shapeOf(x), filter, dy]);
  }
  const sides = paddingOf(x, dy, window);
  const shape = tf.tensor1d(
    x.shape.map((size, axis) => size + sides[axis][0] + sides[axis][1]),
    "int32",
  );
  const all = { ...window, padding: 0 };
  const way = { mixed, brain: isBrain(x) };
  const whole = convolve("Conv2DBackpropInput", all, way, [shape, filter, dy]);
  const before = tf.tensor1d(sides.map(([cells]) => cells), "int32"); // prettier-ignore
  const result = run("Slice", forFloatsOf(whole, [...attributes(["T"]), integerKind("Index")]), whole, before, shapeOf(x)); // prettier-ignore
  tf.dispose([whole, before]);
  return result;
}

/** For the weights, padding first is 3 times faster with any number of channels. */
function filterGradient(
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  window: SlidingWindow,
): Tensor {
  const { stride, padding } = window;
  const { mixed, own } = wayOf("filterGradient", filter, dy.shape, window);
  if (own !== undefined) return ownFilterGradient(own, x, dy);
  const name = "Conv2DBackpropFilter";
  if (stride === 1 || padding === 0) {
    return convolve(name, window, { mixed }, [x, shapeOf(filter), dy]);
  }
  const sides = tf.tensor2d(paddingOf(x, dy, window), undefined, "int32");
  const padded = run(
    "Pad",
    forFloatsOf(x, [...attributes(["T"]), integerKind("Tpaddings")]),
    x,
    sides,
  );
  const result = convolve(name, { ...window, padding: 0 }, { mixed }, [padded, shapeOf(filter), dy]); // prettier-ignore
  tf.dispose([sides, padded]);
  return result;
}
