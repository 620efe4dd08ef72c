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
}

const definition = define("simpleShot", 1, {
  transform: option.choice(simpleShotTransforms, { default: "CL2N" }),
  centre: option.numbers({}),
} satisfies OptionTable<SimpleShotOptions>);

/**
 * SimpleShot: nearest class mean by Euclidean distance after centring and scaling to length 1. Probabilities are the
 * softmax of the negative squared distance.
 * @throws InputError if a class has no label, or the centre has another length than the embeddings
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

/** What is done to each embedding. */
export function simpleShotTransform(
  { features, dim }: LabelledRows,
  { transform, centre }: SimpleShotOptions,
): (features: Float32Array) => Float32Array {
  if (transform === "UN") return (given) => given;
  if (transform === "L2N") return (given) => unitRows(given, dim);
  if (centre !== undefined && centre.length !== dim) {
    throw new InputError({
      got: `a centre of ${centre.length} values for embeddings of length ${dim}`,
      expected: "as many",
      todo: "Take the mean of embeddings by the same encoder.",
    });
  }
  const middle = centre === undefined ? columnMeans(features, dim) : Float64Array.from(centre);
  return (given) => unitRows(given, dim, middle);
}
