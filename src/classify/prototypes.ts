import { define, option, type Classify, type OptionTable } from "../core";
import { classMeans } from "./classMeans";
import { closenessTo, cosinesTo } from "./closeness";
import { knownRows, softmaxRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";
import { featureScaling, openFeatureScaleOption, type FeatureScale } from "./scaling";

/** Options of prototypes: how near an image is to a class. */
export interface PrototypesOptions {
  /** @default "squaredEuclidean", as in the paper */
  readonly distance?: "squaredEuclidean" | "cosine";
  /**
   * Mean and spread of each feature come from all images given, or from the labelled ones only; "none": features as they are, as in the paper.
   * @default all images given, where some have no label, else "none"
   */
  readonly standardise?: FeatureScale;
}

const definition = define("prototypes", 2, {
  distance: option.choice(["squaredEuclidean", "cosine"], { default: "squaredEuclidean" }),
  standardise: openFeatureScaleOption,
} satisfies OptionTable<PrototypesOptions>);

/**
 * Nearest class mean in embedding space, each feature brought to the same spread; probabilities are the softmax of the negative distance.
 * @throws InputError if a class has no label
 * @see Snell et al. 2017, arXiv:1703.05175
 */
export function prototypes(given: PrototypesOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const near = options.distance === "cosine" ? cosinesTo : closenessTo;
  return onEmbeddings((rows) => {
    const labelled = knownRows(rows);
    const scale = featureScaling(options.standardise, rows);
    const means = classMeans({ ...labelled, features: scale(labelled.features) });
    return (features) => softmaxRows(near(scale(features), means, rows.dim), labelled.classes);
  }, settings);
}
prototypes.definition = definition;
