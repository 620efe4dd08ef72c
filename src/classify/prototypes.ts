import { define, option, type Classify, type OptionTable } from "../core";
import { classMeans } from "./classMeans";
import { closenessTo, cosinesTo } from "./closeness";
import { knownRows, softmaxRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";

/** Options of prototypes: how near an image is to a class. */
export interface PrototypesOptions {
  /** @default "squaredEuclidean", as in the paper */
  readonly distance?: "squaredEuclidean" | "cosine";
}

const definition = define("prototypes", 1, {
  distance: option.choice(["squaredEuclidean", "cosine"], { default: "squaredEuclidean" }),
} satisfies OptionTable<PrototypesOptions>);

/**
 * Nearest class mean in embedding space; probabilities are the softmax of the negative distance.
 * @throws InputError if a class has no label
 * @see Snell et al. 2017, arXiv:1703.05175
 */
export function prototypes(given: PrototypesOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const near = options.distance === "cosine" ? cosinesTo : closenessTo;
  return onEmbeddings((rows) => {
    const labelled = knownRows(rows);
    const means = classMeans(labelled);
    return (features) => softmaxRows(near(features, means, rows.dim), labelled.classes);
  }, settings);
}
prototypes.definition = definition;
