import { InputError, type ImageSet } from "../core";
import { blocksOfDepth, bottleneckDepth, type EncoderSpec } from "./encoderSpec";
import type { StoredTensor } from "./safetensors";

/** A network as it is built, and the values for its variables. */
export interface NamedWeights {
  readonly spec: EncoderSpec;
  readonly shape: ImageSet["shape"];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Mean and spread of the photographs that published weights were trained on, red, green, blue, in [0,1]. */
const photographs = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Whether arrays have the names of a torchvision ResNet. */
export function isTorchvision(tensors: ReadonlyMap<string, StoredTensor>): boolean {
  return tensors.has("conv1.weight") && tensors.has("layer1.0.conv1.weight");
}

/**
 * Renames a torchvision ResNet's weights and turns its kernels: [out,in,k,k] -> [k,k,in,out]. The classifier "fc" is left out.
 * @throws InputError if the network is none of ResNet-18, 34 and 50
 * @see https://pytorch.org/vision/stable/models/resnet.html
 */
export function fromTorchvision(given: ReadonlyMap<string, StoredTensor>): NamedWeights {
  const stem = given.get("conv1.weight") as StoredTensor;
  const spec = { resnet: { depth: depthOf(given), width: stem.shape[0], stem: "large" } } as const;
  const floats = (values: readonly number[]): StoredTensor => ({
    shape: [values.length],
    data: Float32Array.from(values),
  });
  const tensors = new Map<string, StoredTensor>([
    ["input.mean", floats(photographs.mean)],
    ["input.std", floats(photographs.std)],
  ]);
  for (const [name, tensor] of given) {
    if (name.startsWith("fc.") || name.endsWith("num_batches_tracked")) continue;
    tensors.set(renamed(name), tensor.shape.length === 4 ? channelsLast(tensor) : tensor);
  }
  return { spec, shape: [224, 224, 3], tensors };
}

function depthOf(tensors: ReadonlyMap<string, StoredTensor>): number {
  const names = [...tensors.keys()];
  const blocks = [1, 2, 3, 4].map(
    (stage) =>
      new Set(
        names.filter((name) => name.startsWith(`layer${stage}.`)).map((name) => name.split(".")[1]),
      ).size,
  );
  const wide = tensors.has("layer1.0.conv3.weight");
  const depth = (wide ? [bottleneckDepth] : [18, 34]).find(
    (known) => blocksOfDepth[known].join() === blocks.join(),
  );
  if (depth !== undefined) return depth;
  throw new InputError({
    got: `a ResNet with ${blocks.join(", ")} ${wide ? "bottleneck" : "basic"} blocks`,
    expected: "ResNet-18, ResNet-34 or ResNet-50",
    todo: "Choose one of these.",
  });
}

function renamed(name: string): string {
  return name
    .replace(/^conv1\./, "stem.conv.")
    .replace(/^bn1\./, "stem.bn.")
    .replace(/^layer(\d)\./, "stage$1.")
    .replace(".downsample.0.", ".downsample.conv.")
    .replace(".downsample.1.", ".downsample.bn.");
}

function channelsLast({ shape, data }: StoredTensor): StoredTensor {
  const [outputs, inputs, height, width] = shape;
  const area = height * width;
  const out = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let p = 0; p < area; p++)
        out[(p * inputs + i) * outputs + o] = data[(o * inputs + i) * area + p];
  return { shape: [height, width, inputs, outputs], data: out };
}
