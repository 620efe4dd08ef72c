import { define, tf, type Classify, type OptionTable, type Tensor2D } from "../core";
import {
  kernelGraphOptions,
  normaliseShares,
  repeatUntilStill,
  spreadLabels,
  type KernelGraphOptions,
  type KernelGraphSettings,
} from "./kernelGraph";
import { onEmbeddings } from "./onEmbeddings";

/** Options of label propagation. */
export interface LabelPropagationOptions extends KernelGraphOptions {
  /** Steps at most. @default 1000, scikit-learn's */
  readonly maxIterations?: number;
}

const definition = define("labelPropagation", 1, {
  ...kernelGraphOptions({ maxIterations: 1000 }),
} satisfies OptionTable<LabelPropagationOptions>);

/**
 * Label propagation on frozen embeddings: class shares flow between all images, labelled or not, as these are near, while labelled images keep
 * theirs; new images are told by the shares of those near to them. As scikit-learn's LabelPropagation with its rbf kernel and its gamma.
 * @throws InputError if a class has no label, there are more than 20 000 images, an embedding is no number, or an option is out of range
 * @see Zhu & Ghahramani 2002, CMU-CALD-02-107
 */
export function labelPropagation(given: LabelPropagationOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  return onEmbeddings((rows) => spreadLabels(rows, options, propagate), settings);
}
labelPropagation.definition = definition;

function propagate(kernel: Tensor2D, labels: Tensor2D, settings: KernelGraphSettings): Tensor2D {
  const flow: Tensor2D = kernel.div(kernel.sum(1, true));
  const free: Tensor2D = tf.sub(1, labels.sum(1, true));
  const step = (shares: Tensor2D): Tensor2D =>
    normaliseShares(tf.matMul<Tensor2D>(flow, shares)).mul<Tensor2D>(free).add<Tensor2D>(labels);
  return normaliseShares(repeatUntilStill(labels, step, settings));
}
