import { checkNumber, InputError, type Scan } from "../core";
import { interpolate } from "./interpolate";
import { rowSeconds } from "./scanTimes";
import { settle } from "./settle";
import { writeStep } from "./steps";

/** How fast the surface moved through the frame, as `estimateDrift` gives it. */
export interface CorrectDriftOptions {
  /** To the right. @default 0 */
  readonly xNmPerMinute?: number;
  /** Downwards. @default 0 */
  readonly yNmPerMinute?: number;
}

const defaults = { xNmPerMinute: 0, yNmPerMinute: 0 };

/**
 * Puts each row where the surface was when the scan began. What was never in the frame is NaN afterwards.
 * @throws InputError if the surface moved faster than the scan, or the scan does not say how long a line takes
 */
export function correctDrift(scan: Scan, options: CorrectDriftOptions): Scan {
  const settings = settle("correctDrift", options, defaults);
  checkNumber("xNmPerMinute", settings.xNmPerMinute);
  checkNumber("yNmPerMinute", settings.yNmPerMinute);
  const { width, height, sizeMetres } = scan;
  const row = rowSeconds(scan) / 60;
  const x = (settings.xNmPerMinute * row * width) / (sizeMetres[0] * 1e9);
  const y = (settings.yNmPerMinute * row * height) / (sizeMetres[1] * 1e9);
  // A row of the surface passes row r of the frame at r = surface + y * (rows taken before r).
  const stretch = scan.scanDirection === "up" ? 1 + y : 1 - y;
  if (!(stretch > 0.05)) {
    throw new InputError({
      got: `a drift of ${settings.yNmPerMinute} nm a minute, ${y.toFixed(2)} rows in the time of a row`,
      expected: "a surface that moves slower than the scan",
      todo: "Check lineSeconds and the drift.",
    });
  }
  const channels = scan.channels.map((channel) => ({
    ...channel,
    data: Float64Array.from(channel.data, (_, i) => {
      const surface = Math.floor(i / width);
      const at =
        scan.scanDirection === "up" ? (surface + y * (height - 1)) / stretch : surface / stretch;
      const before = scan.scanDirection === "up" ? height - 1 - at : at;
      return interpolate(channel.data, width, (i % width) + x * before, at);
    }),
  }));
  return { ...scan, channels, history: [...scan.history, writeStep("correctDrift", settings)] };
}
