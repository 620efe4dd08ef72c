import { define, tf, type Classify, type OptionTable, type Tensor2D } from "../core";
import { consistency, crossEntropy } from "../losses";
import { trainingPass } from "../nets";
import { linearRamp, rampOptions, type RampOptions } from "./ramp";
import { scoreTogether } from "./scoringNetwork";
import {
  semiSupervised,
  semiSupervisedOptions,
  type SemiSupervisedOptions,
} from "./semiSupervised";

/** Options of Mean Teacher. */
export interface MeanTeacherOptions extends SemiSupervisedOptions, RampOptions {
  /** Weight of the unlabelled images' loss at its full height, at least 0. @default 50 */
  readonly weight?: number;
  /** Share of the training in which the weight rises evenly from 0, in [0,1]. @default 0.4 */
  readonly ramp?: number;
}

const definition = define("meanTeacher", 2, {
  ...semiSupervisedOptions(),
  ...rampOptions({ weight: 50, ramp: 0.4 }),
} satisfies OptionTable<MeanTeacherOptions>);

/**
 * Mean Teacher: the student's probabilities of one weak change of an unlabelled image shall be those that the moving average of its weights gives for
 * another. Mean over images and classes of the squared difference; the weight rises evenly, as in FixMatch's code of it. Batch norm: the student sees labelled and unlabelled
 * images in one pass, the teacher uses the statistics of its own batch and keeps running ones of its own; the teacher is evaluated.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Tarvainen & Valpola 2017, arXiv:1703.01780
 */
export function meanTeacher(given: MeanTeacherOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { weight, ramp } = resolved.options;
  return semiSupervised({
    task: "Mean Teacher",
    ...resolved,
    second: "weak",
    averageTrains: true,
    build: ({ student, average, steps }) => {
      const pass = trainingPass(average);
      return {
        // The teacher sees labelled images too, so that its batch norm is that of the student.
        targets: ({ labelled, first }, step) => ({
          teacher: pass.apply(tf.concat([labelled, first])).slice([labelled.shape[0], 0]),
          now: tf.scalar(weight * linearRamp(step, steps, ramp)),
        }),
        loss: ({ labelled, labels, second }, { teacher, now }) => {
          const [labelledLogits, taught] = scoreTogether(student, labelled, second);
          const off = consistency(taught, teacher as Tensor2D);
          return { loss: crossEntropy(labelledLogits, labels).add(off.mul(now)) };
        },
        dispose: pass.dispose,
      };
    },
  });
}
meanTeacher.definition = definition;
