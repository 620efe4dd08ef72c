import { define, option, type Classify, type OptionTable } from "../core";
import { consistency, crossEntropy } from "../losses";
import { scoreTogether, shareAbove } from "./scoringNetwork";
import {
  semiSupervised,
  semiSupervisedOptions,
  strongOptions,
  type SemiSupervisedOptions,
  type StrongOptions,
} from "./semiSupervised";

/** Options of FixMatch. */
export interface FixMatchOptions extends SemiSupervisedOptions, StrongOptions {
  /** Unlabelled images in a step for each of `batchSize`, mu; all of them if there are fewer. @default 7 */
  readonly unlabelledRatio?: number;
  /** Images whose largest probability is below this have no say, tau, in [0,1]. @default 0.95 */
  readonly threshold?: number;
  /** Weight of the unlabelled images' loss, lambda, at least 0. @default 1 */
  readonly weight?: number;
}

const definition = define("fixMatch", 1, {
  ...semiSupervisedOptions({ unlabelledRatio: 7 }),
  ...strongOptions(),
  threshold: option.share({ default: 0.95 }),
  weight: option.weight({ default: 1 }),
} satisfies OptionTable<FixMatchOptions>);

/**
 * FixMatch: where the network is sure of a weakly changed unlabelled image, its class is the label of the same image strongly changed. The mean is
 * over all unlabelled images of the step, not over the sure ones. One pass for all images of a step, so that batch norm sees them together.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Sohn et al. 2020, arXiv:2001.07685, equations 3 and 4
 */
export function fixMatch(given: FixMatchOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { threshold, weight } = resolved.options;
  return semiSupervised({
    task: "FixMatch",
    ...resolved,
    second: "strong",
    chooses: true,
    build: ({ student }) => ({
      loss: ({ labelled, labels, first, second }) => {
        const [labelledLogits, weak, strong] = scoreTogether(student, labelled, first, second);
        const off = consistency(strong, weak, { measure: "crossEntropy", hard: true, threshold });
        return {
          loss: crossEntropy(labelledLogits, labels).add(off.mul(weight)),
          accepted: shareAbove(weak, threshold),
        };
      },
    }),
  });
}
fixMatch.definition = definition;
