import {
  defined,
  hasOwnKernels,
  joinVariables,
  tf,
  type Rng,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { batchNormLayer } from "./batchNormLayer";
import { convolutionLayer, type ConvolutionShape } from "./convolutionLayer";
import { blocksOfDepth, bottleneckDepth, type ResnetSpec } from "./encoderSpec";
import { globalAverage } from "./kernels";
import { type InnerLayer, type Layer, type SlidingWindow } from "./layer";

/** A network's function with the length of what it gives, and the steps that it is made of. */
export interface Body extends Layer<Tensor4D, Tensor2D> {
  readonly dim: number;
  readonly steps: readonly MapStep[];
  /** The last map to vectors. [b,h,w,c] -> [b,d] */
  pool(last: Tensor4D): Tensor2D;
  /** Whether `pool` is the mean over the cells. */
  readonly averaged: boolean;
}

/** A layer from map to map, with where it looks. */
export interface MapStep {
  readonly name: string;
  readonly layer: Layer<Tensor4D>;
  /** Its convolutions and poolings, one after the other. */
  readonly windows: readonly SlidingWindow[];
}

/**
 * Residual network. The small stem, 3x3 of stride 1 and no max-pooling, is for images of some tens of pixels; the large one is the paper's. Shortcuts are
 * 1x1 convolutions where the size changes; a bottleneck block strides in its 3x3 convolution, as torchvision's; the last map is averaged. [b,h,w,channels] -> [b,dim]
 * @see He et al. 2016, arXiv:1512.03385
 */
export function resnet(spec: ResnetSpec, channels: number, rng: Rng): Body {
  const { depth, width = 64, stem = "small" } = spec;
  const sizes = stem === "large" ? { kernel: 7, stride: 2 } : { kernel: 3 };
  const first = convolutionUnit({ inputs: channels, outputs: width, ...sizes }, rng.fork("stem"));
  const parts: Record<string, InnerLayer> = {
    stem: stem === "large" ? pooledAfter(first) : first,
  };
  const stemWindows = [sliding(sizes.kernel, stem === "large" ? 2 : 1)];
  if (stem === "large") stemWindows.push(sliding(3, 2));
  const windows: Record<string, readonly SlidingWindow[]> = { stem: stemWindows };
  const bottleneck = depth === bottleneckDepth;
  let inputs = width;
  blocksOfDepth[depth].forEach((blocks, stage) => {
    const outputs = width * 2 ** stage;
    for (let i = 0; i < blocks; i++) {
      const name = `stage${stage + 1}.${i}`;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const block = bottleneck ? bottleneckBlock : basicBlock;
      parts[name] = block({ inputs, outputs, stride }, rng.fork(name));
      // A bottleneck's two 1x1 convolutions see no further.
      windows[name] = bottleneck ? [sliding(3, stride)] : [sliding(3, stride), sliding(3, 1)];
      inputs = bottleneck ? bottleneckFactor * outputs : outputs;
    }
  });
  const steps = Object.entries(parts).map(([name, layer]) => ({
    name,
    layer,
    windows: windows[name],
  }));
  return {
    dim: inputs,
    variables: joinVariables(parts),
    steps,
    averaged: true,
    pool: globalAverage,
    apply: (images, training) => {
      const layers = Object.values(parts);
      const inner = training && hasOwnKernels();
      const last = layers.reduce((x, layer, i) => layer.apply(x, training, inner && i + 1 < layers.length), images); // prettier-ignore
      return globalAverage(last);
    },
  };
}

/** A window padded by half its edge, as all of them are. */
const sliding = (kernel: number, stride: number): SlidingWindow => ({
  kernel,
  stride,
  padding: (kernel - 1) / 2,
});

/** Convolution, batch norm, ReLU. Variables "conv.*" and "bn.*". */
export function convolutionUnit(shape: ConvolutionShape, rng: Rng): InnerLayer {
  const conv = convolutionLayer({ ...shape, inner: true }, rng);
  const bn = batchNormLayer(shape.outputs, { relu: true });
  return {
    variables: joinVariables({ conv, bn }),
    apply: (x, training, inner) => bn.apply(conv.apply(x, training), training, inner),
  };
}

/** A layer with 3x3 max-pooling of stride 2 after it. Its values must not be negative. */
function pooledAfter(layer: InnerLayer): InnerLayer {
  return {
    variables: layer.variables,
    apply: (x, training) => {
      // Zeros at the edges are PyTorch's minus infinity, since nothing is below them.
      const sides: [number, number] = [1, 1];
      const padded = tf.pad(layer.apply(x, training), [[0, 0], sides, sides, [0, 0]]);
      return tf.maxPool(padded, 3, 2, "valid");
    },
  };
}

/** What a layer gives to the next within a block, nobody else reads. */
const inner = true;

interface BlockShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

/** Two 3x3 convolutions beside a shortcut. [b,h,w,inputs] -> [b,h/stride,w/stride,outputs] */
function basicBlock({ inputs, outputs, stride }: BlockShape, rng: Rng): InnerLayer {
  const first = { inputs, outputs, kernel: 3, stride, inner };
  const conv1 = convolutionLayer(first, rng.fork("conv1"));
  const bn1 = batchNormLayer(outputs, { relu: true, inner });
  const second = { inputs: outputs, outputs, kernel: 3, inner };
  const conv2 = convolutionLayer(second, rng.fork("conv2"));
  const bn2 = batchNormLayer(outputs);
  const same = stride === 1 && inputs === outputs;
  const downsample = same ? undefined : projectionShortcut({ inputs, outputs, stride }, rng);
  return {
    variables: joinVariables({
      conv1,
      bn1,
      conv2,
      bn2,
      ...defined({ downsample }),
    }),
    apply: (x, training, read) => {
      const [begun, short] = conv1.applyBeside(x, training);
      const middle = bn1.apply(begun, training);
      const outer = conv2.apply(middle, training);
      const side = downsample?.apply(short, training) ?? short;
      return bn2.applyOnto(outer, side, training, read);
    },
  };
}

/** How many times wider a bottleneck block's output is than its middle. */
const bottleneckFactor = 4;

/** 1x1, 3x3 and 1x1 convolutions beside a shortcut. [b,h,w,inputs] -> [b,h/stride,w/stride,4 outputs] */
function bottleneckBlock({ inputs, outputs, stride }: BlockShape, rng: Rng): InnerLayer {
  const wide = bottleneckFactor * outputs;
  const first = { inputs, outputs, kernel: 1, inner };
  const conv1 = convolutionLayer(first, rng.fork("conv1"));
  const bn1 = batchNormLayer(outputs, { relu: true, inner });
  const second = { inputs: outputs, outputs, kernel: 3, stride, inner };
  const conv2 = convolutionLayer(second, rng.fork("conv2"));
  const bn2 = batchNormLayer(outputs, { relu: true, inner });
  const third = { inputs: outputs, outputs: wide, kernel: 1, inner };
  const conv3 = convolutionLayer(third, rng.fork("conv3"));
  const bn3 = batchNormLayer(wide);
  const same = stride === 1 && inputs === wide;
  const downsample = same ? undefined : projectionShortcut({ inputs, outputs: wide, stride }, rng);
  return {
    variables: joinVariables({
      conv1,
      bn1,
      conv2,
      bn2,
      conv3,
      bn3,
      ...defined({ downsample }),
    }),
    apply: (x, training, read) => {
      const [begun, short] = conv1.applyBeside(x, training);
      const narrow = bn1.apply(begun, training);
      const middle = bn2.apply(conv2.apply(narrow, training), training);
      const outer = conv3.apply(middle, training);
      const side = downsample?.apply(short, training) ?? short;
      return bn3.applyOnto(outer, side, training, read);
    },
  };
}

/** Brings the shortcut to the size of the block's output. Variables "conv.*" and "bn.*". */
function projectionShortcut(shape: BlockShape, rng: Rng): Layer<Tensor4D> {
  const conv = convolutionLayer({ ...shape, kernel: 1, inner }, rng.fork("downsample"));
  const bn = batchNormLayer(shape.outputs, { inner });
  return {
    variables: joinVariables({ conv, bn }),
    apply: (x, training) => bn.apply(conv.apply(x, training), training),
  };
}
