import { checkOneOf, type Classify } from "../core";
import { classMeans } from "./classMeans";
import { cosineSimilarity } from "./cosineSimilarity";
import { frozenClassifier } from "./frozenClassifier";
import { embedLabelled, softmaxRows } from "./labelled";

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
            distance === "cosine" ? cosineSimilarity(image, mean) : -squared(image, mean);
        }
      }
      return softmaxRows(scores, classes);
    };
  });
}

function squared(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2;
  return sum;
}
