import { checkOneOf, InputError, type Classify } from "../core";
import { frozenClassifier } from "./frozenClassifier";
import { embedLabelled, softmaxRows, type LabelledEmbeddings } from "./labelled";

/** How near an image is to a class. */
export interface PrototypesOptions {
  /** @default "squaredEuclidean", as in the paper */
  readonly distance?: "squaredEuclidean" | "cosine";
}

/**
 * Nearest class mean in embedding space; probabilities are the softmax of the negative distance.
 * @throws InputError if a class has no label
 * @see Snell et al. 2017, arXiv:1703.05175
 */
export function prototypes({ distance = "squaredEuclidean" }: PrototypesOptions = {}): Classify {
  checkOneOf("distance", distance, ["squaredEuclidean", "cosine"]);
  return frozenClassifier(async (encoder, train) => {
    const known = await embedLabelled(encoder, train);
    const means = classMeans(known, train.classNames);
    const { dim, classes } = known;
    return (features) => {
      const n = features.length / dim;
      const scores = new Float32Array(n * classes);
      for (let i = 0; i < n; i++) {
        const image = features.subarray(i * dim, (i + 1) * dim);
        for (let c = 0; c < classes; c++) {
          const mean = means.subarray(c * dim, (c + 1) * dim);
          scores[i * classes + c] =
            distance === "cosine" ? cosine(image, mean) : -squared(image, mean);
        }
      }
      return softmaxRows(scores, classes);
    };
  });
}

function classMeans(known: LabelledEmbeddings, classNames: readonly string[]): Float32Array {
  const { features, labels, dim, classes } = known;
  const means = new Float32Array(classes * dim);
  const counts = new Int32Array(classes);
  labels.forEach((label, i) => {
    counts[label] += 1;
    for (let j = 0; j < dim; j++) means[label * dim + j] += features[i * dim + j];
  });
  const empty = counts.indexOf(0);
  if (empty >= 0) {
    throw new InputError({
      got: `no labelled image of class "${classNames[empty]}"`,
      expected: "at least one of every class, to have a mean",
      todo: "Label one, or leave the class out.",
    });
  }
  return means.map((sum, at) => sum / counts[Math.floor(at / dim)]);
}

function squared(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2;
  return sum;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let j = 0; j < a.length; j++) {
    dot += a[j] * b[j];
    lengthA += a[j] * a[j];
    lengthB += b[j] * b[j];
  }
  // A zero vector points nowhere: no similarity with anything.
  return lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
}
