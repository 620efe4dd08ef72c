/*
 * Tells as JSON what networks give and what their gradients are, for the test of mixed precision, which a process takes once:
 *
 *   node --import tsx test/nets/mixedPasses.ts [gains|loses]
 *
 * as on a processor that gains by products of brain floats, or as on one that does not.
 */
import {
  createRng,
  tf,
  trainableVariables,
  type Scalar,
  type Tensor,
  type Tensor4D,
  type Variable,
} from "../../src/core";
import { usePrecision } from "../../src/core/precision";
import { buildNetwork, unet } from "../../src/nets";
import { convolutionLayer } from "../../src/nets/convolutionLayer";
import { convolutionUnit } from "../../src/nets/resnet";

/** What one network gives for some images, in 32-bit floats of its own words. */
export interface Pass {
  readonly trained: number[];
  readonly embedded: number[];
  /** By variable. */
  readonly gradients: Record<string, number[]>;
  /** Tensors that were made and not let go. */
  readonly left: number;
}

interface Network {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly apply: (x: Tensor4D, training: boolean) => Tensor;
  readonly dispose: () => void;
}

function pass(network: Network, x: Tensor4D): Pass {
  const { variables, apply } = network;
  const before = tf.memory().numTensors;
  const trainable = trainableVariables({ variables });
  const trained = tf.tidy(() => Array.from(apply(x, true).dataSync()));
  const embedded = tf.tidy(() => Array.from(apply(x, false).dataSync()));
  const gradients = tf.tidy(() => {
    const sum = (): Scalar => {
      const y = apply(x, true);
      const noise = createRng(5);
      const weights = tf.tensor(Float32Array.from({ length: y.size }, () => noise.normal()), y.shape); // prettier-ignore
      return y.mul(weights).sum<Scalar>();
    };
    const { grads } = tf.variableGrads(sum, [...trainable.values()]);
    return Object.fromEntries(
      Array.from(trainable, ([name, { name: own }]) => [name, Array.from(grads[own].dataSync())]),
    );
  });
  return { trained, embedded, gradients, left: tf.memory().numTensors - before };
}

const makers: Record<string, string> = { gains: "AuthenticAMD", loses: "GenuineIntel" };
const asOn: string | undefined = process.argv[2];
if (asOn !== undefined) {
  // Once the precision of the environment is in use.
  tf.scalar(0).dispose();
  usePrecision("mixed", `vendor_id\t: ${makers[asOn]}\nflags\t\t: avx512_bf16\n`);
}

const rng = createRng(11);

function resnet(size: number, depth: 18 | 50, width: number, stem?: "large"): Network {
  const spec = { resnet: { depth, width, ...(stem === undefined ? {} : { stem }) } };
  return buildNetwork(spec, [size, size, 3], rng.fork(`${depth} ${width}`));
}

/** A layer alone, seen as a network. */
function layer({ variables, apply }: Pick<Network, "variables" | "apply">): Network {
  return { variables, apply, dispose: () => tf.dispose([...variables.values()]) };
}

function convolution(stride: number): Network {
  const shape = { inputs: 3, outputs: 32, kernel: 3, stride };
  return layer(convolutionLayer(shape, rng.fork(`convolution ${stride}`)));
}

function unit(outputs: number): Network {
  const shape = { inputs: 3, outputs, kernel: 3 };
  return layer(convolutionUnit(shape, rng.fork(`unit ${outputs}`)));
}

const networks: Record<string, [size: number, batch: number, make: () => Network]> = {
  "convolution, 3x3": [32, 16, () => convolution(1)],
  "convolution, 3x3, stride 2": [64, 16, () => convolution(2)],
  "unit, 8 channels": [32, 64, () => unit(8)],
  "unit, 32 channels": [32, 16, () => unit(32)],
  "ResNet-18, width 8": [32, 16, () => resnet(32, 18, 8)],
  "ResNet-18, width 16, an odd batch": [32, 15, () => resnet(32, 18, 16)],
  "ResNet-50, large stem": [64, 32, () => resnet(64, 50, 16, "large")],
  conv4: [32, 32, () => buildNetwork({ conv4: { width: 16 } }, [32, 32, 3], rng.fork("conv4"))],
  unet: [64, 4, () => unet({ inputs: 3 }, rng.fork("unet"))],
};

const told: Record<string, Pass> = {};
for (const [name, [size, batch, make]] of Object.entries(networks)) {
  const noise = createRng(3);
  const values = Float32Array.from({ length: batch * size * size * 3 }, () => noise.normal());
  const images = tf.tensor4d(values, [batch, size, size, 3]);
  const network = make();
  told[name] = pass(network, images);
  network.dispose();
  images.dispose();
}
process.stdout.write(JSON.stringify(told));
