import { checkProbability, repeatedWork, tf, type Tensor1D, type Variable } from "../core";
import { flatVariables } from "./flatVariables";

/** Weights that follow others: a teacher, or what is evaluated at the end. */
export interface MovingAverage {
  /** average = momentum average + (1 - momentum) source, for each value; momentum in [0,1]. */
  update(momentum: number): void;
  dispose(): void;
}

/**
 * Makes variables follow those of the same name. Every value takes part, so give weights alone where statistics are kept otherwise.
 * @throws Error if a name is missing in the source
 * @see Tarvainen & Valpola 2017, arXiv:1703.01780; He et al. 2020, arXiv:1911.05722, equation 2
 */
export function movingAverage(
  average: ReadonlyMap<string, Variable>,
  source: ReadonlyMap<string, Variable>,
): MovingAverage {
  const missing = [...average.keys()].find((name) => !source.has(name));
  if (missing !== undefined) throw new Error(`there is no "${missing}" to follow`);
  const flat = flatVariables(average);
  const followed = [...average.keys()].map((name) => source.get(name) as Variable);
  const update = repeatedWork({
    state: [...average.values(), ...followed, flat.joined],
    usual: flat.unchanged,
    assigned: flat.adopt,
    work: ([momentum, rest]) => {
      const now = flat.join(source);
      flat.assign(flat.values().mul<Tensor1D>(momentum).add(now.mul(rest)));
      return [];
    },
  });
  return {
    update: (momentum) => {
      checkProbability("momentum", momentum);
      tf.tidy(() => {
        update.run([tf.scalar(momentum), tf.scalar(1 - momentum)]);
      });
    },
    dispose: () => {
      update.dispose();
      flat.dispose();
    },
  };
}
