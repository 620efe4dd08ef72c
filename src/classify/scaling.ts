import { columnScale, InputError, option, type LabelledRows, type Option } from "../core";
import { knownRows } from "./labelled";

const featureScales = ["all", "labelled", "none"] as const;

/** Which images the mean and spread of each feature come from. */
export type FeatureScale = (typeof featureScales)[number];

/** A scale as an option. */
export const featureScaleOption: Option<FeatureScale> = option.choice(featureScales, {
  default: "all",
});

/** Brings features to mean 0 and spread 1, by all rows given, by the labelled ones, or not at all. Row-major [n*d] -> [n*d] */
export function featureScaling(
  scale: FeatureScale,
  rows: LabelledRows,
): (features: Float32Array) => Float32Array {
  if (scale === "none") return (features) => features;
  const { features, dim } = scale === "all" ? rows : knownRows(rows);
  return columnScaling(features, dim);
}

/** Brings each column to the mean 0 and spread 1 that it has in a reference. Row-major [n*d] -> [n*d] */
function columnScaling(
  reference: Float32Array,
  dim: number,
): (features: Float32Array) => Float32Array {
  const { mean, spread } = columnScale(reference, dim);
  return (features) => features.map((value, at) => (value - mean[at % dim]) / spread[at % dim]);
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
