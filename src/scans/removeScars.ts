import type { Scan } from "../core";
import { checkScarOptions, findScars, type MarkScarsOptions } from "./markScars";
import { settle } from "./settle";
import { solveLaplace } from "./solveLaplace";
import { changeChannels, chosenChannels } from "./steps";

/** Which scars are filled. */
export interface RemoveScarsOptions extends MarkScarsOptions {
  /** A channel that is above 0 on scars, for example "scars" of `markScars`; "" finds them in each channel. @default "" */
  readonly mask?: string;
}

const defaults = {
  high: 0.666,
  low: 0.25,
  minLengthPixels: 16,
  maxWidthPixels: 4,
  channel: "",
  mask: "",
};

/**
 * Fills scars with the smoothest surface that fits the pixels around them.
 * @throws InputError if an option is out of range or a channel is not there
 * @see Gwyddion user guide, "Remove Scars"
 */
export function removeScars(scan: Scan, options: RemoveScarsOptions = {}): Scan {
  const settings = settle("removeScars", options, defaults);
  checkScarOptions(settings);
  const mask = settings.mask === "" ? undefined : chosenChannels(scan, settings.mask)[0].data;
  return changeChannels(scan, "removeScars", settings, (data) =>
    solveLaplace(data, scan.width, mask ?? findScars(data, scan.width, settings)),
  );
}
