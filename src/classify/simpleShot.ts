import {
  defined,
  columnMeans,
  define,
  InputError,
  option,
  unitRows,
  type Classify,
  type LabelledRows,
  type OptionTable,
} from "../core";
import { classMeans } from "./classMeans";
import { closenessTo } from "./closeness";
import { knownRows, softmaxRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";
import { featureScaling, openFeatureScaleOption, type FeatureScale } from "./scaling";

/** What is done to embeddings before the nearest class mean is looked for, named as in the paper. */
export const simpleShotTransforms = ["UN", "L2N", "CL2N"] as const;

/** Options of SimpleShot: how embeddings are prepared. */
export interface SimpleShotOptions {
  /**
   * "UN": nothing. "L2N": each embedding to length 1. "CL2N": the mean of the base set taken off first; the base set is
   * all images given, labelled or not, never the few labelled ones alone. @default "CL2N"
   */
  readonly transform?: (typeof simpleShotTransforms)[number];
  /** The mean of the base set, for example the images of training, for "CL2N". [d] @default the mean of all images given */
  readonly centre?: readonly number[];
  /**
   * Mean and spread that each feature is brought to before, from all images given or from the labelled ones only; "none": features as they are, as in the paper.
   * @default all images given, where some have no label and no centre is given, else "none"
   */
  readonly standardise?: FeatureScale;
}

const definition = define("simpleShot", 2, {
  transform: option.choice(simpleShotTransforms, { default: "CL2N" }),
  centre: option.numbers({}),
  standardise: openFeatureScaleOption,
} satisfies OptionTable<SimpleShotOptions>);

/**
 * SimpleShot: nearest class mean by Euclidean distance after centring and scaling to length 1, each feature brought to the same spread before. Probabilities are the
 * softmax of the negative squared distance.
 * @throws InputError if a class has no label, or the centre has another length than the embeddings or stands beside a spread that features are brought to
 * @see Wang et al. 2019, arXiv:1911.04623
 */
export function simpleShot(given: SimpleShotOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  return onEmbeddings((rows) => {
    const { dim } = rows;
    const prepare = simpleShotTransform(rows, defined(options));
    const labelled = knownRows(rows);
    const means = classMeans({ ...labelled, features: prepare(labelled.features) });
    return (features) => softmaxRows(closenessTo(prepare(features), means, dim), labelled.classes);
  }, settings);
}
simpleShot.definition = definition;

/**
 * What is done to each embedding.
 * @throws InputError if the centre has another length than the embeddings, or stands beside a spread that features are brought to
 */
export function simpleShotTransform(
  rows: LabelledRows,
  { transform, centre, standardise }: SimpleShotOptions,
): (features: Float32Array) => Float32Array {
  const { dim } = rows;
  const scale = featureScaling(centre === undefined ? standardise : "none", rows);
  if (transform === "UN") return scale;
  if (transform === "L2N") return (given) => unitRows(scale(given), dim);
  checkCentre(centre, standardise, dim);
  const middle = centre === undefined ? columnMeans(scale(rows.features), dim) : Float64Array.from(centre); // prettier-ignore
  return (given) => unitRows(scale(given), dim, middle);
}

function checkCentre(
  centre: readonly number[] | undefined,
  standardise: FeatureScale | undefined,
  dim: number,
): void {
  if (centre === undefined) return;
  if (centre.length !== dim) {
    throw new InputError({
      got: `a centre of ${centre.length} values for embeddings of length ${dim}`,
      expected: "as many",
      todo: "Take the mean of embeddings by the same encoder.",
    });
  }
  if (standardise === undefined || standardise === "none") return;
  throw new InputError({
    got: `a centre, and standardise: "${standardise}"`,
    expected: "a centre of features as they are",
    todo: "Leave one of the two out.",
  });
}
