import { define, option, tf, type Classify, type OptionTable, type Tensor2D } from "../core";
import {
  kernelGraphOptions,
  normaliseShares,
  repeatUntilStill,
  spreadLabels,
  type KernelGraphOptions,
  type KernelGraphSettings,
} from "./kernelGraph";
import { onEmbeddings } from "./onEmbeddings";

/** Options of label spreading. */
export interface LabelSpreadingOptions extends KernelGraphOptions {
  /** Steps at most. @default 30, scikit-learn's */
  readonly maxIterations?: number;
  /** Share that each image, labelled or not, takes from those near to it, between 0 and 1. @default 0.2, scikit-learn's */
  readonly alpha?: number;
}

const definition = define("labelSpreading", 1, {
  ...kernelGraphOptions({ maxIterations: 30 }),
  alpha: option.share({ default: 0.2 }),
} satisfies OptionTable<LabelSpreadingOptions>);

/**
 * Label spreading on frozen embeddings: as label propagation, but over the normalised Laplacian, and labels may give way to what lies around them. As
 * scikit-learn's LabelSpreading with its rbf kernel and its gamma.
 * @throws InputError if a class has no label, there are more than 20 000 images, an embedding is no number, or an option is out of range
 * @see Zhou et al. 2004, Learning with local and global consistency, NIPS 16
 */
export function labelSpreading(given: LabelSpreadingOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { alpha } = options;
  const share = (kernel: Tensor2D, labels: Tensor2D, how: KernelGraphSettings): Tensor2D => {
    const apart: Tensor2D = kernel.mul(tf.sub(1, tf.eye(kernel.shape[0])));
    const root = apart.sum(1, true).sqrt().maximum(1e-30);
    const flow: Tensor2D = apart.div(root).div(root.transpose());
    const step = (shares: Tensor2D): Tensor2D =>
      tf
        .matMul<Tensor2D>(flow, shares)
        .mul<Tensor2D>(alpha)
        .add<Tensor2D>(labels.mul(1 - alpha));
    return normaliseShares(repeatUntilStill(labels, step, how));
  };
  return onEmbeddings((rows) => spreadLabels(rows, options, share), settings);
}
labelSpreading.definition = definition;
