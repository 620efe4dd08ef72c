import { checkNumber, InputError, type Scan } from "../core";
import { measured, quantileOfSorted } from "./orderStatistics";
import { chosenChannels, type ChannelOptions } from "./steps";

/** Which values become black and white. */
export interface ContrastOptions extends ChannelOptions {
  /** Share of values below black, 0 to 0.5. @default 0.005 */
  readonly low?: number;
  /** Share of values above white, 0 to 0.5. @default 0.005 */
  readonly high?: number;
}

/**
 * The values between which a picture of the channel shows its contrast: quantiles, which a few outliers do not move.
 * @throws InputError if the channel is not there or has no measured value
 */
export function contrast(scan: Scan, options: ContrastOptions = {}): readonly [number, number] {
  const { low = 0.005, high = 0.005, channel = "" } = options;
  checkNumber("low", low, { min: 0, max: 0.5 });
  checkNumber("high", high, { min: 0, max: 0.5 });
  const [chosen] = chosenChannels(scan, channel);
  const order = measured(chosen.data).sort();
  if (order.length > 0) return [quantileOfSorted(order, low), quantileOfSorted(order, 1 - high)];
  throw new InputError({
    got: `channel "${chosen.name}" of "${scan.name}" without any measured value`,
    expected: "at least one number",
    todo: "Choose another channel.",
  });
}
