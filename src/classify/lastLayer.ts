import { option, type DefaultTable, type Rng } from "../core";
import type { KnownRows } from "./labelled";

/** Options of a last layer: how it is trained on frozen embeddings; the defaults are the paper's. */
export interface LastLayerOptions {
  /** Passes over the labelled images. @default 100 */
  readonly epochs?: number;
  /** @default 4 */
  readonly batchSize?: number;
  /** @default 0.01 */
  readonly learningRate?: number;
  /** @default 0.9, with the same dampening */
  readonly momentum?: number;
  /** @default 1e-3 */
  readonly weightDecay?: number;
}

/** The options that all of them share, as a table. */
export function lastLayerOptions(): DefaultTable<LastLayerOptions> {
  return {
    epochs: option.count({ default: 100 }),
    batchSize: option.count({ default: 4 }),
    learningRate: option.positive({ default: 0.01 }),
    momentum: option.share({ default: 0.9 }),
    weightDecay: option.weight({ default: 1e-3 }),
  };
}

/**
 * Scores of one embedding by the weights, and the way back: adds to `slopes` what the slopes of the scores make of those of the weights.
 */
export interface ScoreFunction {
  readonly scores: (embedding: Float32Array, weights: Float64Array) => Float64Array;
  readonly addSlopes: (
    embedding: Float32Array,
    weights: Float64Array,
    errors: Float64Array,
    slopes: Float64Array,
  ) => void;
}

/**
 * Trains weights by SGD on the mean cross-entropy of the softmax over scores, in double precision. The gradient enters the momentum times 1 - momentum, but
 * whole at the first step, as PyTorch's SGD with dampening has it.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export function trainLastLayer(
  { features, labels, dim }: KnownRows,
  { scores, addSlopes }: ScoreFunction,
  weights: Float64Array,
  settings: Required<LastLayerOptions>,
  rng: Rng,
): void {
  const { epochs, batchSize, learningRate, momentum, weightDecay } = settings;
  const n = labels.length;
  const velocity = new Float64Array(weights.length);
  let first = true;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = rng.fork(`epoch ${epoch}`).permutation(n);
    for (let from = 0; from < n; from += batchSize) {
      const batch = order.subarray(from, from + batchSize);
      const slopes = weights.map((weight) => weightDecay * weight);
      for (const i of batch) {
        const embedding = features.subarray(i * dim, (i + 1) * dim);
        const errors = softmax(scores(embedding, weights));
        errors[labels[i]] -= 1;
        for (let c = 0; c < errors.length; c++) errors[c] /= batch.length;
        addSlopes(embedding, weights, errors, slopes);
      }
      for (let at = 0; at < weights.length; at++) {
        velocity[at] = first ? slopes[at] : momentum * velocity[at] + (1 - momentum) * slopes[at];
        weights[at] -= learningRate * velocity[at];
      }
      first = false;
    }
  }
}

/** Class probabilities of embeddings. [n*d] -> [n*classes] */
export function predictLastLayer(
  features: Float32Array,
  { dim, classes }: KnownRows,
  { scores }: ScoreFunction,
  weights: Float64Array,
): Float32Array {
  const n = features.length / dim;
  const out = new Float32Array(n * classes);
  for (let i = 0; i < n; i++)
    out.set(softmax(scores(features.subarray(i * dim, (i + 1) * dim), weights)), i * classes);
  return out;
}

/** Weights as PyTorch's linear layer starts with: uniform within 1/sqrt(dim). */
export function startingWeights(length: number, dim: number, rng: Rng): Float64Array {
  const bound = 1 / Math.sqrt(dim);
  return Float64Array.from({ length }, () => rng.between(-bound, bound));
}

function softmax(scores: Float64Array): Float64Array {
  const highest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const raised = scores.map((score) => Math.exp(score - highest));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => value / sum);
}
