import { define, option, tf, type Classify, type OptionTable } from "../core";
import { consistency, crossEntropy } from "../losses";
import { linearRamp, rampOptions, type RampOptions } from "./ramp";
import { scoreTogether, shareAbove } from "./scoringNetwork";
import {
  semiSupervised,
  semiSupervisedOptions,
  type SemiSupervisedOptions,
} from "./semiSupervised";

/** Options of pseudo-labelling. */
export interface PseudoLabelOptions extends SemiSupervisedOptions, RampOptions {
  /** Weight of the unlabelled images' loss at its full height, at least 0. @default 1 */
  readonly weight?: number;
  /** Share of the training in which the weight rises evenly from 0, in [0,1]. @default 0.4 */
  readonly ramp?: number;
  /** Images whose largest probability is below this have no say, in [0,1]. @default 0.95, as in FixMatch's code of it; the paper's 0 */
  readonly threshold?: number;
}

const definition = define("pseudoLabel", 2, {
  ...semiSupervisedOptions(),
  ...rampOptions({ weight: 1, ramp: 0.4 }),
  threshold: option.share({ default: 0.95, search: { among: [0.7, 0.8, 0.9, 0.95] } }),
} satisfies OptionTable<PseudoLabelOptions>);

/**
 * Pseudo-label: the network's most probable class of an unlabelled image is taken for its label, on the same view. The mean is over all unlabelled
 * images of the step. One pass for all images of a step, so that batch norm sees labelled and unlabelled ones together.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Lee 2013, Pseudo-Label, ICML workshop on challenges in representation learning; Sohn et al. 2020, arXiv:2001.07685
 */
export function pseudoLabel(given: PseudoLabelOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { weight, ramp, threshold } = resolved.options;
  return semiSupervised({
    task: "pseudo-label",
    ...resolved,
    second: "same",
    chooses: true,
    build: ({ student, steps }) => ({
      targets: (_, step) => ({ now: tf.scalar(weight * linearRamp(step, steps, ramp)) }),
      loss: ({ labelled, labels, first }, { now }) => {
        const [labelledLogits, scores] = scoreTogether(student, labelled, first);
        const own = consistency(scores, scores, { measure: "crossEntropy", hard: true, threshold });
        return {
          loss: crossEntropy(labelledLogits, labels).add(own.mul(now)),
          accepted: shareAbove(scores, threshold),
        };
      },
    }),
  });
}
pseudoLabel.definition = definition;
