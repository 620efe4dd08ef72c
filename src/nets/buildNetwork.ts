import {
  checkInteger,
  joinVariables,
  type ImageSet,
  type Network,
  type Rng,
  type Tensor1D,
  type Tensor4D,
} from "../core";
import { makeComparison, withComparison, type ComparisonSpec } from "./comparison";
import { conv4 } from "./conv4";
import { checkEncoderSpec, type EncoderSpec } from "./encoderSpec";
import { disposeVariables, makeVariable } from "./layer";
import { mapsOf, type MappedNetwork } from "./networkMaps";
import { resnet } from "./resnet";

/**
 * Builds a network for images of one shape, with random weights. It first takes "input.mean" from each channel and divides by
 * "input.std", which are 0 and 1 until `setInputStatistics`. A specification of a trained network may hold what compares its embeddings. [b,h,w,c] -> [b,d]
 * @throws InputError if the specification or the shape cannot be built
 */
export function buildNetwork(
  { comparison, ...given }: EncoderSpec & { readonly comparison?: ComparisonSpec },
  shape: ImageSet["shape"],
  rng: Rng,
): Network {
  const spec = checkEncoderSpec(given);
  shape.forEach((size, i) => checkInteger(`image ${dimensions[i]}`, size, { min: 1 }));
  const channels = shape[2];
  const body =
    "resnet" in spec ? resnet(spec.resnet, channels, rng) : conv4(spec.conv4, shape, rng);
  const mean = makeVariable<Tensor1D>(new Float32Array(channels), [channels], false);
  const std = makeVariable<Tensor1D>(new Float32Array(channels).fill(1), [channels], false);
  const input = {
    variables: new Map([
      ["mean", mean],
      ["std", std],
    ]),
  };
  const variables = new Map([...joinVariables({ input }), ...body.variables]);
  const network: MappedNetwork = {
    maps: mapsOf(body, (images) => standardise(images, mean, std)),
    spec: { ...spec, shape: [...shape] },
    dim: body.dim,
    variables,
    apply: (images, training) => body.apply(standardise(images, mean, std), training),
    dispose: () => disposeVariables(variables),
  };
  if (comparison === undefined) return network;
  return withComparison(network, makeComparison(comparison, body.dim, rng.fork("comparison")));
}

/** Takes the mean off each channel and divides by its spread. [b,h,w,c] -> [b,h,w,c] */
function standardise(images: Tensor4D, mean: Tensor1D, std: Tensor1D): Tensor4D {
  const [b, h, w, c] = images.shape;
  // Whole rows at a time: TensorFlow is 5 times slower where the last axis has 3 values.
  const rows = images.reshape([b * h, w * c]);
  return rows
    .sub(mean.tile([w]))
    .div(std.tile([w]))
    .reshape([b, h, w, c]);
}

const dimensions = ["height", "width", "channels"] as const;
