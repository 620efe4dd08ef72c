import {
  columnScale,
  InputError,
  option,
  scaleColumns,
  UNLABELLED,
  type ColumnScale,
  type LabelledRows,
  type Option,
} from "../core";
import { knownRows } from "./labelled";

const featureScales = ["all", "labelled", "none"] as const;

/** Which images the mean and spread of each feature come from. */
export type FeatureScale = (typeof featureScales)[number];

/** A scale that goes by the rows where none is given: all of them where some have no label, none where there are labelled ones only. */
export const openFeatureScaleOption: Option<FeatureScale, FeatureScale | undefined> = option.choice(
  featureScales,
  {},
);

/** A scale as an option. */
export const featureScaleOption: Option<FeatureScale> = option.choice(featureScales, {
  default: "all",
});

/**
 * Brings features to mean 0 and spread 1, by all rows given, by the labelled ones, or not at all. Where no scale is given, by all rows if some have no label:
 * the spread of a few labelled ones says little. Row-major [n*d] -> [n*d]
 */
export function featureScaling(
  given: FeatureScale | undefined,
  rows: LabelledRows,
): (features: Float32Array) => Float32Array {
  const scale = scaleOf(given, rows);
  return scale === undefined ? (features) => features : (features) => scaleColumns(features, scale);
}

/** What `featureScaling` brings features to that mean and spread by; undefined where they stay as they are. */
export function scaleOf(
  given: FeatureScale | undefined,
  rows: LabelledRows,
): ColumnScale | undefined {
  const from = given ?? (rows.labels.includes(UNLABELLED) ? "all" : "none");
  if (from === "none") return undefined;
  const { features, dim } = from === "all" ? rows : knownRows(rows);
  return columnScale(features, dim);
}

/**
 * Passes embeddings that are all numbers.
 * @throws InputError if one is not finite
 */
export function checkFinite(features: Float32Array, dim: number): Float32Array {
  // A loop takes a tenth of the time of a search with a function.
  let wrong = 0;
  while (wrong < features.length && Number.isFinite(features[wrong])) wrong++;
  if (wrong === features.length) return features;
  throw new InputError({
    got: `an embedding with ${features[wrong]} in it, of image ${Math.floor(wrong / dim) + 1} of ${features.length / dim}`,
    expected: "finite numbers",
    todo: "Look for missing or huge values in that image, or leave it out.",
  });
}
