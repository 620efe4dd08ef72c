import { type Rng, type Tensor2D, type Tensor4D } from "../core";
import { batchNormLayer } from "./batchNormLayer";
import { convolutionLayer } from "./convolutionLayer";
import { blocksOfDepth, type ResnetSpec } from "./encoderSpec";
import { addRelu, globalAverage } from "./kernels";
import { collectVariables, type Layer } from "./layer";

/** A network's function with the length of what it gives. */
export interface Body extends Layer<Tensor4D, Tensor2D> {
  readonly dim: number;
}

/**
 * Residual network with a 3x3 stem of stride 1 and no max-pooling, for images of some tens of pixels. Shortcuts are 1x1
 * convolutions where the size changes; the last map is averaged. [b,h,w,channels] -> [b,dim]
 * @see He et al. 2016, arXiv:1512.03385
 */
export function resnet({ depth, width = 64 }: ResnetSpec, channels: number, rng: Rng): Body {
  const parts: Record<string, Layer<Tensor4D>> = {
    stem: convolutionUnit({ inputs: channels, outputs: width, kernel: 3 }, rng.fork("stem")),
  };
  let inputs = width;
  blocksOfDepth[depth].forEach((blocks, stage) => {
    const outputs = width * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const name = `stage${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      parts[name] = basicBlock({ inputs, outputs, stride }, rng.fork(name));
      inputs = outputs;
    }
  });
  const layers = Object.values(parts);
  return {
    dim: inputs,
    variables: collectVariables(parts),
    apply: (images, training) => {
      const last = layers.reduce((x, layer) => layer.apply(x, training), images);
      return globalAverage(last);
    },
  };
}

/** Convolution, batch norm, ReLU. Variables "conv.*" and "bn.*". */
export function convolutionUnit(
  shape: { readonly inputs: number; readonly outputs: number; readonly kernel: number },
  rng: Rng,
): Layer<Tensor4D> {
  const conv = convolutionLayer(shape, rng);
  const bn = batchNormLayer(shape.outputs, { relu: true });
  return {
    variables: collectVariables({ conv, bn }),
    apply: (x, training) => bn.apply(conv.apply(x, training), training),
  };
}

interface BlockShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

/** Two 3x3 convolutions beside a shortcut. [b,h,w,inputs] -> [b,h/stride,w/stride,outputs] */
function basicBlock({ inputs, outputs, stride }: BlockShape, rng: Rng): Layer<Tensor4D> {
  const conv1 = convolutionLayer({ inputs, outputs, kernel: 3, stride }, rng.fork("conv1"));
  const bn1 = batchNormLayer(outputs, { relu: true });
  const conv2 = convolutionLayer({ inputs: outputs, outputs, kernel: 3 }, rng.fork("conv2"));
  const bn2 = batchNormLayer(outputs);
  const same = stride === 1 && inputs === outputs;
  const downsample = same ? undefined : projectionShortcut({ inputs, outputs, stride }, rng);
  return {
    variables: collectVariables({
      conv1,
      bn1,
      conv2,
      bn2,
      ...(downsample === undefined ? {} : { downsample }),
    }),
    apply: (x, training) => {
      const inner = bn1.apply(conv1.apply(x, training), training);
      const outer = bn2.apply(conv2.apply(inner, training), training);
      return addRelu(outer, downsample?.apply(x, training) ?? x, training);
    },
  };
}

/** Brings the shortcut to the size of the block's output. Variables "conv.*" and "bn.*". */
function projectionShortcut(shape: BlockShape, rng: Rng): Layer<Tensor4D> {
  const conv = convolutionLayer({ ...shape, kernel: 1 }, rng.fork("downsample"));
  const bn = batchNormLayer(shape.outputs);
  return {
    variables: collectVariables({ conv, bn }),
    apply: (x, training) => bn.apply(conv.apply(x, training), training),
  };
}
