import { checkNumber, checkProbability } from "../core";

/** Rises evenly from 0 to 1 within a share of the training, then stays. */
export function linearRamp(step: number, steps: number, share: number): number {
  return share === 0 ? 1 : Math.min(1, step / (share * steps));
}

/** Options that weigh the unlabelled images against the labelled ones. */
export interface RampOptions {
  /** Weight of the unlabelled images' loss at its full height, at least 0. */
  readonly weight?: number;
  /** Share of the training in which the weight rises evenly from 0, in [0,1]. */
  readonly ramp?: number;
}

/** Checks a weight and its ramp. @throws InputError if one is out of range */
export function checkRamp({ weight, ramp }: Required<RampOptions>): void {
  checkNumber("weight", weight, { min: 0 });
  checkProbability("ramp", ramp);
}
