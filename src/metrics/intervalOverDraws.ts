import { enoughDraws } from "./enoughDraws";
import { independentUnits, type TrialSource } from "./independentUnits";
import { meanInterval, type MeanInterval } from "./meanInterval";

/** What one trial scored, with what was drawn for it. */
export interface DrawnValue extends TrialSource {
  readonly value: number;
}

/** How wide the interval is meant to be. */
export interface IntervalOverDrawsOptions {
  /** Confidence level, in (0,1). @default 0.95 */
  readonly level?: number;
}

/**
 * Mean of trials of one method at one budget with its t-interval; draws that share one of several pretrainings count as one. With one pretraining for all,
 * the interval is over draws and leaves pretraining out. NaN for fewer than three that are independent.
 * @throws InputError if there is no trial or a value is not finite
 */
export function intervalOverDraws(
  trials: readonly DrawnValue[],
  { level = 0.95 }: IntervalOverDrawsOptions = {},
): MeanInterval {
  const { unitOf } = independentUnits(trials);
  const units = trials.map(({ draw }) => unitOf.get(draw) ?? draw);
  const values = trials.map(({ value }) => value);
  return enoughDraws(meanInterval(values, { level, units }));
}
