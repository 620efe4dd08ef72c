import { define, tf, type Classify, type OptionTable } from "../core";
import { consistency, crossEntropy } from "../losses";
import { linearRamp, rampOptions, type RampOptions } from "./ramp";
import { scoreTogether } from "./scoringNetwork";
import {
  semiSupervised,
  semiSupervisedOptions,
  type SemiSupervisedOptions,
} from "./semiSupervised";

/** Options of the Pi-model. */
export interface PiModelOptions extends SemiSupervisedOptions, RampOptions {
  /** Weight of the unlabelled images' loss at its full height, at least 0. @default 10 */
  readonly weight?: number;
  /** Share of the training in which the weight rises evenly from 0, in [0,1]. @default 0.4 */
  readonly ramp?: number;
}

const definition = define("piModel", 2, {
  ...semiSupervisedOptions(),
  ...rampOptions({ weight: 10, ramp: 0.4 }),
} satisfies OptionTable<PiModelOptions>);

/**
 * The Pi-model: two weak changes of an unlabelled image shall get the same probabilities. The gradient flows through the second only, and the weight
 * rises evenly, as in FixMatch's code of it; the paper lets it flow through both and has a Gaussian rise. One pass for all images of a step, so that
 * batch norm sees labelled and unlabelled ones together.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Laine & Aila 2017, arXiv:1610.02242, section 2.1
 */
export function piModel(given: PiModelOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { weight, ramp } = resolved.options;
  return semiSupervised({
    task: "Pi-model",
    ...resolved,
    second: "weak",
    build: ({ student, steps }) => ({
      targets: (_, step) => ({ now: tf.scalar(weight * linearRamp(step, steps, ramp)) }),
      loss: ({ labelled, labels, first, second }, { now }) => {
        const [labelledLogits, teacher, taught] = scoreTogether(student, labelled, first, second);
        return {
          loss: crossEntropy(labelledLogits, labels).add(consistency(taught, teacher).mul(now)),
        };
      },
    }),
  });
}
piModel.definition = definition;
