import { checkInteger, checkNumber, checkProbability } from "../core";

/** The learning rate, or another number, of a step, counted from 0. */
export type Schedule = (step: number) => number;

/** How the learning rate rises and falls. */
export interface WarmupCosineOptions {
  /** The largest rate, above 0. */
  readonly learningRate: number;
  /** Steps in which the rate rises from 0, at least 0. @default 0 */
  readonly warmupSteps?: number;
  /** Steps of the whole training, at least 1. */
  readonly totalSteps: number;
  /** What the rate falls towards. @default 0 */
  readonly final?: number;
}

/**
 * Linear rise from 0, then half a cosine. This is Google's SimCLR variant: step s of the rise has rate s / warmupSteps, so the first is 0, and
 * the cosine would reach `final` one step after the last. With warm-up 2 of 10: 0, 0.5, 1, 0.962, 0.854, ... 0.038.
 * @throws InputError if a number is out of range
 * @see Chen et al. 2020, arXiv:2002.05709, section 2.2; Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5
 */
export function warmupCosine(options: WarmupCosineOptions): Schedule {
  const { learningRate, warmupSteps = 0, totalSteps, final = 0 } = options;
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  checkInteger("totalSteps", totalSteps, { min: 1 });
  checkInteger("warmupSteps", warmupSteps, { min: 0, max: totalSteps });
  checkNumber("final", final, { min: 0 });
  return (step) => {
    if (step < warmupSteps) return (learningRate * step) / warmupSteps;
    const part = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return final + ((learningRate - final) * (1 + Math.cos(Math.PI * Math.min(1, part)))) / 2;
  };
}

/** The same learning rate for every step. @throws InputError if it is not above 0 */
export function constant(learningRate: number): Schedule {
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  return () => learningRate;
}

/**
 * A teacher's momentum, which rises from its start to 1 as half a cosine: 1 - (1 - start) (cos(pi k / K) + 1) / 2 at step k of K.
 * @throws InputError if the start is not within [0,1], or there is no step
 * @see Grill et al. 2020, arXiv:2006.07733, section 3.3
 */
export function cosineMomentum(start: number, totalSteps: number): Schedule {
  checkProbability("momentum", start);
  checkInteger("totalSteps", totalSteps, { min: 1 });
  return (step) => 1 - ((1 - start) * (1 + Math.cos(Math.PI * Math.min(1, step / totalSteps)))) / 2;
}
