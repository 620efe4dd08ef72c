import {
  define,
  largest,
  option,
  tf,
  unitRows,
  unitTensor,
  valuesOf,
  type Classify,
  type OptionTable,
} from "../core";
import { knownRows, type KnownRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";
import { featureScaling, openFeatureScaleOption, type FeatureScale } from "./scaling";

/** Options of nearest neighbours: how many vote, and how much the nearest count. */
export interface NearestNeighboursOptions {
  /** Neighbours that vote; all labelled images if there are fewer. @default as many as the class with the fewest labels has, up to 20 */
  readonly k?: number;
  /** Votes weigh exp(cosine / temperature). @default 0.07, the paper's */
  readonly temperature?: number;
  /**
   * Mean and spread of each feature come from all images given, or from the labelled ones only; "none": features as they are, as in the paper.
   * @default all images given, where some have no label, else "none"
   */
  readonly standardise?: FeatureScale;
}

const definition = define("nearestNeighbours", 3, {
  k: option.count({ search: { among: [1, 3, 5, 10, 20] } }),
  temperature: option.positive({ default: 0.07, search: { log: [0.03, 1] } }),
  standardise: openFeatureScaleOption,
} satisfies OptionTable<NearestNeighboursOptions>);

/**
 * Weighted k-nearest neighbours by cosine similarity. The bank holds the labelled images only; ties go to the earlier one.
 * @throws InputError if no image is labelled, or an option is out of range
 * @see Wu et al. 2018, arXiv:1805.01978
 */
export function nearestNeighbours(given: NearestNeighboursOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { temperature } = options;
  return onEmbeddings((rows) => {
    const { dim } = rows;
    const labelled = knownRows(rows);
    const k = options.k ?? Math.min(mostNeighbours, fewestLabels(labelled));
    const scale = featureScaling(options.standardise, rows);
    const bank = { ...labelled, features: unitRows(scale(labelled.features), dim) };
    return (features) => vote(bank, scale(features), k, temperature);
  }, settings);
}
nearestNeighbours.definition = definition;

/** Neighbours that vote where there are labels enough. */
const mostNeighbours = 20;

/** Labels of the class that has the fewest, of those that have any: with more neighbours than that, others always join its votes. */
function fewestLabels({ labels, classes }: KnownRows): number {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label] += 1;
  return counts.filter((count) => count > 0).reduce((a, b) => Math.min(a, b));
}

/** Images compared with the bank at once. */
const chunk = 1024;

function vote(
  bank: KnownRows,
  features: Float32Array,
  k: number,
  temperature: number,
): Float32Array {
  const { dim, classes } = bank;
  const n = features.length / dim;
  const out = new Float32Array(n * classes);
  const stored = tf.tensor2d(bank.features, [bank.labels.length, dim]);
  for (let from = 0; from < n; from += chunk) {
    const count = Math.min(chunk, n - from);
    const rows = features.subarray(from * dim, (from + count) * dim);
    const similarity = valuesOf(() => tf.matMul(unitTensor(rows, dim), stored, false, true));
    for (let i = 0; i < count; i++) {
      const size = bank.labels.length;
      const probabilities = out.subarray((from + i) * classes, (from + i + 1) * classes);
      voteOne(
        similarity.subarray(i * size, (i + 1) * size),
        bank.labels,
        k,
        temperature,
        probabilities,
      );
    }
  }
  stored.dispose();
  return out;
}

/** Adds the neighbours' votes up as probabilities of the classes. */
function voteOne(
  similarity: Float32Array,
  labels: Int32Array,
  k: number,
  temperature: number,
  probabilities: Float32Array,
): void {
  const nearest = largest(similarity, k);
  let total = 0;
  for (const b of nearest) {
    // Relative to the nearest, so that no weight overflows; the ratios are those of exp(similarity / temperature).
    const weight = Math.exp((similarity[b] - similarity[nearest[0]]) / temperature);
    probabilities[labels[b]] += weight;
    total += weight;
  }
  for (let c = 0; c < probabilities.length; c++) probabilities[c] /= total;
}
