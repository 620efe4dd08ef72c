import { option, type DefaultTable } from "../core";

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

/** These options with a method's own defaults, as a table. */
export function rampOptions({ weight, ramp }: Required<RampOptions>): DefaultTable<RampOptions> {
  return { weight: option.weight({ default: weight }), ramp: option.share({ default: ramp }) };
}
