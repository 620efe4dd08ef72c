import {
  joinVariables,
  trainableVariables,
  type Network,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from "../core";
import { copyNetwork, trainingPass, type Head } from "../nets";
import { averageMomentum, cosineMomentum, movingAverage } from "../train";

/** A copy of the student that only follows it. */
export interface Teacher {
  /** Weights and running statistics of the copy, each named "teacher.part.name". */
  readonly variables: ReadonlyMap<string, Variable>;
  /** The copy without its head; disposed with the variables. */
  readonly network: Network;
  /** What the copy makes of a batch, normalised by the batch's own statistics. [n,h,w,c] -> [n,d] */
  readonly apply: (images: Tensor4D) => Tensor2D;
  /** Moves every weight towards the student's; statistics are the teacher's own. */
  readonly follow: (step: number) => void;
  /** Frees all but the variables. */
  readonly dispose: () => void;
}

/**
 * Share of a short training that a teacher remembers. One that follows more slowly still shows the weights of the start when a short training is over, and what learns
 * from it stands still: with a tenth, BYOL, DINO and MoCo learnt less on other sets than those of our tables (test/bench/shortRecipes.ts).
 */
export const teacherMemory = 1 / 30;

/** How a teacher follows in a training of so many steps, by the options of its method and the share that it remembers: at most as slowly as in long trainings, 0.996. */
export function teacherPace(
  options: { readonly momentum: number | undefined; readonly momentumRises: boolean },
  steps: number,
  share: number = teacherMemory,
): TeacherOptions {
  const { momentum = averageMomentum(steps, { share, most: 0.996 }), momentumRises } = options;
  return { momentum, ...(momentumRises ? { rises: steps } : {}) };
}

/** Which momentum, at the start and whether it rises. */
export interface TeacherOptions {
  /** Share of its old weights that the teacher keeps in a step, in [0,1]. */
  readonly momentum: number;
  /** Steps in which the momentum rises to 1 as half a cosine; none if it stays. */
  readonly rises?: number;
}

/**
 * Makes a teacher of a student's network and head. `head` has to be a second one with the same weights.
 * @throws InputError if the momentum is out of range
 * @see He et al. 2020, arXiv:1911.05722, equation 2
 */
export function makeTeacher(
  student: { readonly network: Network; readonly head: Head },
  head: Head,
  { momentum, rises }: TeacherOptions,
): Teacher {
  const network = copyNetwork(student.network);
  const weights = (of: { network: Network; head: Head }): Map<string, Variable> =>
    trainableVariables({ variables: joinVariables({ encoder: of.network, head: of.head }) });
  const average = movingAverage(weights({ network, head }), weights(student));
  const momentumAt = rises === undefined ? (): number => momentum : cosineMomentum(momentum, rises);
  const variables = joinVariables({ "teacher.encoder": network, "teacher.head": head });
  const pass = trainingPass({
    variables,
    apply: (images, training) => head.apply(network.apply(images, training), training),
  });
  return {
    network,
    variables,
    apply: pass.apply,
    follow: (step) => average.update(momentumAt(step)),
    dispose: () => {
      pass.dispose();
      average.dispose();
    },
  };
}
