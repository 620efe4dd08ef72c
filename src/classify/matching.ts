import {
  define,
  InputError,
  known,
  option,
  tf,
  valuesOf,
  type Classifier,
  type Classify,
  type Encoder,
  type ImageSet,
  type OptionTable,
} from "../core";
import { comparisonOf, embedImages } from "../nets";
import { cosinesTo } from "./closeness";
import {
  checkEveryClass,
  embedLabelled,
  knownRows,
  onlyLabelled,
  softmaxRows,
  type KnownRows,
} from "./labelled";
import { onEmbeddings } from "./onEmbeddings";

/** Options of matching: what an embedding may know of. */
export interface MatchingOptions {
  /** Whether images are embedded in the light of all labelled ones, by what `pretrain.matching({ fullContext: true })` has learnt. @default false */
  readonly fullContext?: boolean;
}

const definition = define("matching", 1, {
  fullContext: option.flag({ default: false }),
} satisfies OptionTable<MatchingOptions>);

/**
 * Matching by attention over the labelled images: the probability of a class is the sum of softmax(cosine similarity) over
 * its images. Without full context embeddings each image is embedded by itself; with them, labelled images are read class by class.
 * @throws InputError if a class has no label, or the encoder has not learnt the full context that is asked for
 * @see Vinyals et al. 2016, arXiv:1606.04080, equations 1 and 2
 */
export function matching(given: MatchingOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  if (options.fullContext) {
    const classify: Classify = (encoder, train) => inContext(encoder, train);
    return known(classify, settings);
  }
  return onEmbeddings((rows) => {
    const labelled = knownRows(rows);
    checkEveryClass(labelled);
    return (features) => attend(labelled, labelled.features, features);
  }, settings);
}
matching.definition = definition;

/** Class probabilities of queries. [n*d] -> [n*classes] */
function attend(
  { labels, dim, classes }: KnownRows,
  support: Float32Array,
  queries: Float32Array,
): Float32Array {
  const count = labels.length;
  const attention = softmaxRows(cosinesTo(queries, support, dim), count);
  const probabilities = new Float32Array((queries.length / dim) * classes);
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
  const labelled = byClass(await embedLabelled(encoder, train));
  const { dim, features } = labelled;
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
      return attend(labelled, joined.subarray(0, rows * dim), joined.subarray(rows * dim));
    },
    dispose: () => undefined,
  };
}

/** The labelled images class by class, as in the episodes of training. */
function byClass(rows: KnownRows): KnownRows {
  const { features, labels, dim } = rows;
  const order = Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
  const sorted = new Float32Array(features.length);
  order.forEach((from, to) =>
    sorted.set(features.subarray(from * dim, (from + 1) * dim), to * dim),
  );
  return { ...rows, features: sorted, labels: Int32Array.from(order, (i) => labels[i]) };
}
