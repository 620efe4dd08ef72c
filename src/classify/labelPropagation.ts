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

/** Options of label propagation. */
export interface LabelPropagationOptions extends KernelGraphOptions {
  /** Steps at most. @default 1000, scikit-learn's */
  readonly maxIterations?: number;
  /**
   * Whether each class is brought to the share of all images that it has of the labelled ones: with few labels, hardly any share reaches far, and the class whose
   * label lies best would take all. scikit-learn has none. @default true
   */
  readonly classMass?: boolean;
}

const definition = define("labelPropagation", 2, {
  ...kernelGraphOptions({ maxIterations: 1000 }),
  classMass: option.flag({ default: true }),
} satisfies OptionTable<LabelPropagationOptions>);

/**
 * Label propagation on frozen embeddings: class shares flow between all images, labelled or not, as these are near, while labelled images keep
 * theirs; new images are told by the shares of those near to them. As scikit-learn's LabelPropagation with its rbf kernel, its gamma and no class mass.
 * @throws InputError if a class has no label, there are more than 20 000 images, an embedding is no number, or an option is out of range
 * @see Zhu & Ghahramani 2002, CMU-CALD-02-107
 * @see Zhu, Ghahramani & Lafferty 2003, Semi-supervised learning using Gaussian fields and harmonic functions, ICML, section 4, class mass normalisation
 */
export function labelPropagation(given: LabelPropagationOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  return onEmbeddings((rows) => {
    const share = (kernel: Tensor2D, labels: Tensor2D, how: KernelGraphSettings): Tensor2D => {
      const shares = propagate(kernel, labels, how);
      return options.classMass ? classMass(shares, labels) : shares;
    };
    return spreadLabels(rows, options, share);
  }, settings);
}
labelPropagation.definition = definition;

function propagate(kernel: Tensor2D, labels: Tensor2D, settings: KernelGraphSettings): Tensor2D {
  const flow: Tensor2D = kernel.div(kernel.sum(1, true));
  const free = freeRows(labels);
  const step = (shares: Tensor2D): Tensor2D =>
    normaliseShares(tf.matMul<Tensor2D>(flow, shares)).mul<Tensor2D>(free).add<Tensor2D>(labels);
  return normaliseShares(repeatUntilStill(labels, step, settings));
}

/** 1 for each image without a label, 0 for the others. [n,c] -> [n,1] */
function freeRows(labels: Tensor2D): Tensor2D {
  return tf.sub(1, labels.sum(1, true));
}

/** Brings the classes of what has no label to the shares that they have of the labels. [n,c], [n,c] -> [n,c] */
function classMass(shares: Tensor2D, labels: Tensor2D): Tensor2D {
  const free = freeRows(labels);
  const mass = shares.mul<Tensor2D>(free).sum(0, true);
  // A class that reaches nothing has nothing to bring anywhere.
  const factors: Tensor2D = labels.sum(0, true).div(mass.maximum(1e-30));
  return normaliseShares(shares.mul<Tensor2D>(factors).mul<Tensor2D>(free).add<Tensor2D>(labels));
}
