import { checkNumber, type Scan } from "../core";
import { straighten } from "./hysteresis";
import { settle } from "./settle";
import { writeStep } from "./steps";

/** How far trace and retrace lie apart. */
export interface CorrectHysteresisOptions {
  /** In the middle of a row, in nm, as `estimateHysteresis` gives it. */
  readonly nm: number;
}

/**
 * Moves the pixels of each row to where the piezo really was, trace and retrace in opposite directions.
 * @throws InputError if the distance is not a number
 */
export function correctHysteresis(scan: Scan, options: CorrectHysteresisOptions): Scan {
  const settings = settle<CorrectHysteresisOptions, { nm: number | undefined }>(
    "correctHysteresis",
    options,
    {
      nm: undefined,
    },
  );
  checkNumber("nm", settings.nm);
  const pixels = (settings.nm * scan.width) / (scan.sizeMetres[0] * 1e9);
  const channels = scan.channels.map((channel) => ({
    ...channel,
    data: straighten(channel.data, scan.width, channel.direction === "forward" ? pixels : -pixels),
  }));
  return {
    ...scan,
    channels,
    history: [...scan.history, writeStep("correctHysteresis", settings)],
  };
}
