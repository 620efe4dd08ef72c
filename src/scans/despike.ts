import { checkNumber, type Scan } from "../core";
import { measured, robustSigma } from "./orderStatistics";
import { settle } from "./settle";
import { changeChannels, type ChannelOptions } from "./steps";

/** What counts as a spike. */
export interface DespikeOptions extends ChannelOptions {
  /** Distance from the median of the 3 x 3 pixels around, in robust standard deviations of that distance; above 0. @default 6 */
  readonly threshold?: number;
}

const defaults = { threshold: 6, channel: "" };

/**
 * Puts the median of the 3 x 3 pixels around in place of single pixels that stand far out.
 * @throws InputError if the threshold is not above 0, or the channel is not there
 */
export function despike(scan: Scan, options: DespikeOptions = {}): Scan {
  const settings = settle("despike", options, defaults);
  checkNumber("threshold", settings.threshold, { min: 0, aboveMin: true });
  return changeChannels(scan, "despike", settings, (data) => {
    const middle = medianAround(data, scan.width);
    const distance = data.map((value, i) => value - middle[i]);
    const limit = settings.threshold * robustSigma(measured(distance));
    return data.map((value, i) => (Math.abs(distance[i]) > limit ? middle[i] : value));
  });
}

/** Median of the measured ones of the 3 x 3 pixels; NaN where the pixel itself is not measured. */
function medianAround(data: Float64Array, width: number): Float64Array {
  const height = data.length / width;
  const near = new Float64Array(9);
  return data.map((value, i) => {
    if (!Number.isFinite(value)) return NaN;
    const [x, y] = [i % width, Math.floor(i / width)];
    let count = 0;
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const other = data[v * width + u];
        // Kept in order, so that the middle one is at hand.
        if (!Number.isFinite(other)) continue;
        let at = count++;
        for (; at > 0 && near[at - 1] > other; at--) near[at] = near[at - 1];
        near[at] = other;
      }
    }
    return near[count >> 1];
  });
}
