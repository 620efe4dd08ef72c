import { define, InputError, known, tf, valuesOf, type Classify } from "../core";
import { comparisonOf, embedImages } from "../nets";
import { classMeans } from "./classMeans";
import { embedLabelled } from "./labelled";

const definition = define("relation", 1, {});

/** Images compared in one go. */
const chunk = 256;

/**
 * Asks the small network that `pretrain.relation` trained how much an image belongs to each class, whose embedding is the mean of its labelled images.
 * Probabilities are the relations, divided by their sum.
 * @throws InputError if the encoder holds no such network, or a class has no label
 * @see Sung et al. 2018, arXiv:1711.06025
 */
export function relation(given: object = {}): Classify {
  const { settings } = definition.resolve(given);
  const classify: Classify = async (encoder, train) => {
    const comparison = comparisonOf(encoder.network);
    if (comparison === undefined || !("relation" in comparison)) {
      throw new InputError({
        got: "an encoder that has not learnt relations",
        expected: "one of pretrain.relation",
        todo: "Pretrain with relation, or choose another classifier such as prototypes.",
      });
    }
    const labelled = await embedLabelled(encoder, train);
    const means = classMeans(labelled);
    const { dim, classes } = labelled;
    return {
      predict: async (images) => {
        const features = await embedImages(encoder, images);
        const n = features.length / dim;
        const shares = new Float32Array(n * classes);
        for (let from = 0; from < n; from += chunk) {
          const count = Math.min(chunk, n - from);
          const rows = features.subarray(from * dim, (from + count) * dim);
          const values = valuesOf(() =>
            comparison.relation.apply(
              tf.tensor2d(means, [classes, dim]),
              tf.tensor2d(rows, [count, dim]),
              false,
            ),
          );
          shares.set(values, from * classes);
        }
        return relationsToShares(shares, classes);
      },
      dispose: () => undefined,
    };
  };
  return known(classify, settings);
}
relation.definition = definition;

/** Sigmoid of each score, divided by the row's sum. Relative to the largest, so that a row of tiny relations stays one. */
function relationsToShares(scores: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(scores.length);
  for (let row = 0; row < scores.length; row += classes) {
    // log sigmoid(x) = -log(1 + exp(-x)), written so that no exponential overflows.
    const logs = Array.from(
      scores.subarray(row, row + classes),
      (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    );
    const most = Math.max(...logs);
    const sum = logs.reduce((total, log) => total + Math.exp(log - most), 0);
    logs.forEach((log, c) => (out[row + c] = Math.exp(log - most) / sum));
  }
  return out;
}
