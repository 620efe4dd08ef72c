import { checkInteger, checkProbability } from "../core";

/** How long an average remembers. */
export interface AverageMomentumOptions {
  /** Memory as a share of the training, in [0,1]. @default 0.05 */
  readonly share?: number;
  /** The momentum of long trainings, in [0,1]. @default 0.999 */
  readonly most?: number;
}

/**
 * The momentum of a moving average that remembers a share of a training: 1 - 1 / (share steps), from 0 to `most`. One that remembers longer than that would
 * still hold the weights of the start when a short training ends.
 * @throws InputError if there is no step, or an option is out of range
 */
export function averageMomentum(
  steps: number,
  { share = 0.05, most = 0.999 }: AverageMomentumOptions = {},
): number {
  checkInteger("steps", steps, { min: 1 });
  checkProbability("share", share);
  checkProbability("most", most);
  return Math.max(0, Math.min(most, 1 - 1 / (share * steps)));
}
