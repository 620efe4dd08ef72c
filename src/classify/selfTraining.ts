import {
  define,
  option,
  UNLABELLED,
  type Classify,
  type OptionTable,
  type PredictRows,
} from "../core";
import { checkEveryClass, knownRows } from "./labelled";
import { fitLogistic } from "./logisticRegression";
import { onEmbeddings } from "./onEmbeddings";
import { checkFinite, featureScaleOption, featureScaling, type FeatureScale } from "./scaling";

/** Options of self-training: when a guess is taken for a label. */
export interface SelfTrainingOptions {
  /** A guess above this probability is taken for the label, in [0,1]. @default 0.75, scikit-learn's */
  readonly threshold?: number;
  /** Rounds of guessing at most. @default 10, scikit-learn's */
  readonly rounds?: number;
  /** Inverse strength of the squared penalty of the logistic regression, above 0. @default 1 */
  readonly c?: number;
  /** Mean and spread of each feature come from all images given, or from the labelled ones only. @default "all" */
  readonly standardise?: FeatureScale;
}

const definition = define("selfTraining", 1, {
  threshold: option.share({ default: 0.75 }),
  rounds: option.integer({ min: 0, default: 10 }),
  c: option.positive({ default: 1, search: { log: [0.01, 100] } }),
  standardise: featureScaleOption,
} satisfies OptionTable<SelfTrainingOptions>);

/**
 * Self-training on frozen embeddings: a logistic regression guesses the images without labels, what it is sure of becomes a label for good, and it is
 * fitted again, until nothing is added. As scikit-learn's SelfTrainingClassifier around LogisticRegression.
 * @throws InputError if a class has no label, an embedding is no number, or an option is out of range
 * @see Yarowsky 1995, ACL; Lee 2013
 */
export function selfTraining(given: SelfTrainingOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { threshold, rounds, c, standardise } = options;
  return onEmbeddings((rows, _, on) => {
    checkEveryClass(knownRows(rows));
    const classes = rows.classNames.length;
    checkFinite(rows.features, rows.dim);
    const scale = featureScaling(standardise, rows);
    const features = scale(rows.features);
    const labels = rows.labels.slice();
    const counts: number[] = [];
    const fit = (): PredictRows =>
      fitLogistic(knownRows({ ...rows, features, labels }), c, maxIterations);
    let predict = fit();
    for (let round = 0; round < rounds; round++) {
      const added = addGuesses(labels, predict(features), classes, threshold);
      if (added === 0) break;
      counts.push(added);
      predict = fit();
    }
    on?.keep?.("accepted", Float32Array.from(counts));
    return (queries) => predict(scale(queries));
  }, settings);
}
selfTraining.definition = definition;

/** Iterations of each logistic regression at most. */
const maxIterations = 1000;

/** Labels what is guessed with a probability above the threshold; gives how many these are. */
function addGuesses(
  labels: Int32Array,
  probabilities: Float32Array,
  classes: number,
  threshold: number,
): number {
  let added = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== UNLABELLED) continue;
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const best = row.indexOf(Math.max(...row));
    if (row[best] <= threshold) continue;
    labels[i] = best;
    added += 1;
  }
  return added;
}
