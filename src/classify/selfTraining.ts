import { checkInteger, checkNumber, checkProbability, UNLABELLED, type Classify } from "../core";
import { embedImages } from "../nets";
import { frozenClassifier, type PredictEmbeddings } from "./frozenClassifier";
import { checkEveryClass, onlyLabelled } from "./labelled";
import { fitLogistic } from "./logisticRegression";
import { checkFeatureScale, checkFinite, columnScaling, type FeatureScale } from "./scaling";

/** When a guess is taken for a label. */
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

/**
 * Self-training on frozen embeddings: a logistic regression guesses the images without labels, what it is sure of becomes a label for good, and it is
 * fitted again, until nothing is added. As scikit-learn's SelfTrainingClassifier around LogisticRegression.
 * @throws InputError if a class has no label, an embedding is no number, or an option is out of range
 * @see Yarowsky 1995, ACL; Lee 2013
 */
export function selfTraining(options: SelfTrainingOptions = {}): Classify {
  const { threshold = 0.75, rounds = 10, c = 1, standardise = "all" } = options;
  checkProbability("threshold", threshold);
  checkInteger("rounds", rounds, { min: 0 });
  checkNumber("c", c, { min: 0, aboveMin: true });
  checkFeatureScale(standardise);
  return frozenClassifier(async (encoder, train, _, on) => {
    checkEveryClass(onlyLabelled(train));
    const { dim } = encoder;
    const classes = train.classNames.length;
    const plain = checkFinite(await embedImages(encoder, train), dim);
    const reference = standardise === "labelled" ? chosenRows(plain, dim, train.labels) : plain;
    const scale =
      standardise === "none" ? (x: Float32Array): Float32Array => x : columnScaling(reference, dim);
    const features = scale(plain);
    const labels = train.labels.slice();
    const counts: number[] = [];
    const fit = (): PredictEmbeddings =>
      fitLogistic(
        {
          features: chosenRows(features, dim, labels),
          labels: labels.filter((label) => label >= 0),
          dim,
          classes,
        },
        c,
        maxIterations,
      );
    let predict = fit();
    for (let round = 0; round < rounds; round++) {
      const added = addGuesses(labels, predict(features), classes, threshold);
      if (added === 0) break;
      counts.push(added);
      predict = fit();
    }
    on?.keep?.("accepted", Float32Array.from(counts));
    return (queries) => predict(scale(queries));
  });
}

/** Iterations of each logistic regression at most. */
const maxIterations = 1000;

/** The rows with a label. Row-major [n*d] -> [k*d] */
function chosenRows(features: Float32Array, dim: number, labels: Int32Array): Float32Array {
  const chosen = [...labels.keys()].filter((i) => labels[i] >= 0);
  const out = new Float32Array(chosen.length * dim);
  chosen.forEach((i, at) => out.set(features.subarray(i * dim, (i + 1) * dim), at * dim));
  return out;
}

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
