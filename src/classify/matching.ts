import {
  checkOneOf,
  InputError,
  tf,
  valuesOf,
  type Classifier,
  type Classify,
  type Encoder,
  type ImageSet,
} from "../core";
import { comparisonOf, embedImages } from "../nets";
import { cosineSimilarity } from "./cosineSimilarity";
import { frozenClassifier } from "./frozenClassifier";
import {
  checkEveryClass,
  embedLabelled,
  onlyLabelled,
  softmaxRows,
  type LabelledEmbeddings,
} from "./labelled";

/** What an embedding may know of. */
export interface MatchingOptions {
  /** Whether images are embedded in the light of all labelled ones, by what `pretrain.matching({ fullContext: true })` has learnt. @default false */
  readonly fullContext?: boolean;
}

/**
 * Matching by attention over the labelled images: the probability of a class is the sum of softmax(cosine similarity) over
 * its images. Without full context embeddings each image is embedded by itself; with them, labelled images are read class by class.
 * @throws InputError if a class has no label, or the encoder has not learnt the full context that is asked for
 * @see Vinyals et al. 2016, arXiv:1606.04080, equations 1 and 2
 */
export function matching({ fullContext = false }: MatchingOptions = {}): Classify {
  checkOneOf("fullContext", String(fullContext), ["true", "false"]);
  if (fullContext) return inContext;
  return frozenClassifier(async (encoder, train) => {
    checkEveryClass(onlyLabelled(train));
    const known = await embedLabelled(encoder, train);
    return (features) => attend(known, known.features, features);
  });
}

/** Class probabilities of queries. [n*d] -> [n*classes] */
function attend(
  { labels, dim, classes }: LabelledEmbeddings,
  support: Float32Array,
  queries: Float32Array,
): Float32Array {
  const count = labels.length;
  const n = queries.length / dim;
  const similarity = new Float32Array(n * count);
  for (let i = 0; i < n; i++) {
    const query = queries.subarray(i * dim, (i + 1) * dim);
    for (let s = 0; s < count; s++)
      similarity[i * count + s] = cosineSimilarity(query, support.subarray(s * dim, (s + 1) * dim));
  }
  const attention = softmaxRows(similarity, count);
  const probabilities = new Float32Array(n * classes);
  attention.forEach((weight, at) => {
    probabilities[Math.floor(at / count) * classes + labels[at % count]] += weight;
  });
  return probabilities;
}

async function inContext(encoder: Encoder, train: ImageSet): Promise<Classifier> {
  const comparison = comparisonOf(encoder.network);
  if (comparison === undefined || !("fullContext" in comparison)) {
    throw new InputError({
      got: "fullContext for an encoder that has not learnt it",
      expected: "one of pretrain.matching({ fullContext: true })",
      todo: "Pretrain so, or leave fullContext out.",
    });
  }
  checkEveryClass(onlyLabelled(train));
  const known = byClass(await embedLabelled(encoder, train));
  const { dim, features } = known;
  return {
    predict: async (images) => {
      const own = await embedImages(encoder, images);
      const n = own.length / dim;
      const rows = features.length / dim;
      const joined = valuesOf(() => {
        const seen = comparison.fullContext.apply(
          tf.tensor2d(features, [rows, dim]),
          tf.tensor2d(own, [n, dim]),
        );
        return tf.concat2d([seen.support, seen.query], 0);
      });
      return attend(known, joined.subarray(0, rows * dim), joined.subarray(rows * dim));
    },
    dispose: () => undefined,
  };
}

/** The labelled images class by class, as in the episodes of training. */
function byClass(known: LabelledEmbeddings): LabelledEmbeddings {
  const { features, labels, dim } = known;
  const order = Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
  const sorted = new Float32Array(features.length);
  order.forEach((from, to) =>
    sorted.set(features.subarray(from * dim, (from + 1) * dim), to * dim),
  );
  return { ...known, features: sorted, labels: Int32Array.from(order, (i) => labels[i]) };
}
