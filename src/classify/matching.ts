import { type Classify } from "../core";
import { cosineSimilarity } from "./cosineSimilarity";
import { frozenClassifier } from "./frozenClassifier";
import { checkEveryClass, embedLabelled, onlyLabelled, softmaxRows } from "./labelled";

/**
 * Matching by attention over the labelled images: the probability of a class is the sum of softmax(cosine similarity) over
 * its images. Without full context embeddings: each image is embedded by itself.
 * @throws InputError if a class has no label
 * @see Vinyals et al. 2016, arXiv:1606.04080, equations 1 and 2
 */
export function matching(): Classify {
  return frozenClassifier(async (encoder, train) => {
    checkEveryClass(onlyLabelled(train));
    const { features: support, labels, dim, classes } = await embedLabelled(encoder, train);
    const count = labels.length;
    return (features) => {
      const n = features.length / dim;
      const similarity = new Float32Array(n * count);
      for (let i = 0; i < n; i++) {
        const query = features.subarray(i * dim, (i + 1) * dim);
        for (let s = 0; s < count; s++)
          similarity[i * count + s] = cosineSimilarity(
            query,
            support.subarray(s * dim, (s + 1) * dim),
          );
      }
      const attention = softmaxRows(similarity, count);
      const probabilities = new Float32Array(n * classes);
      attention.forEach((weight, at) => {
        probabilities[Math.floor(at / count) * classes + labels[at % count]] += weight;
      });
      return probabilities;
    };
  });
}
