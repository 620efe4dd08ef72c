import { checkOneOf, InputError, type Encoder, type ImageSet } from "../core";
import { embedImages } from "../nets";
import type { LabelledEmbeddings } from "./labelled";

/** Which images the mean and spread of each feature come from. */
export type FeatureScale = "all" | "labelled" | "none";

/** Checks the name of a scale. @throws InputError if there is no such */
export function checkFeatureScale(scale: FeatureScale): FeatureScale {
  return checkOneOf("standardise", scale, ["all", "labelled", "none"]);
}

/** Brings features to mean 0 and spread 1, by all images given, by the labelled ones, or not at all. Row-major [n*d] -> [n*d] */
export async function featureScaling(
  scale: FeatureScale,
  encoder: Encoder,
  train: ImageSet,
  known: LabelledEmbeddings,
): Promise<(features: Float32Array) => Float32Array> {
  if (scale === "none") return (features) => features;
  const reference = scale === "all" ? await embedImages(encoder, train) : known.features;
  return columnScaling(reference, known.dim);
}

/** Brings each column to the mean 0 and spread 1 that it has in a reference. Row-major [n*d] -> [n*d] */
export function columnScaling(
  reference: Float32Array,
  dim: number,
): (features: Float32Array) => Float32Array {
  const n = reference.length / dim;
  const mean = new Float64Array(dim);
  const variance = new Float64Array(dim);
  for (let at = 0; at < reference.length; at++) mean[at % dim] += reference[at] / n;
  for (let at = 0; at < reference.length; at++)
    variance[at % dim] += (reference[at] - mean[at % dim]) ** 2 / n;
  // A constant feature tells nothing; leave it at zero instead of dividing by zero.
  const deviation = variance.map((v) => (v > 1e-12 ? Math.sqrt(v) : 1));
  return (features) => features.map((value, at) => (value - mean[at % dim]) / deviation[at % dim]);
}

/**
 * Passes embeddings that are all numbers.
 * @throws InputError if one is not finite
 */
export function checkFinite(features: Float32Array, dim: number): Float32Array {
  const wrong = features.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return features;
  throw new InputError({
    got: `an embedding with ${features[wrong]} in it, of image ${Math.floor(wrong / dim) + 1} of ${features.length / dim}`,
    expected: "finite numbers",
    todo: "Look for missing or huge values in that image, or leave it out.",
  });
}
