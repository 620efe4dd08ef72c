import { checkNumber, type Scan } from "../core";
import { filterFrequencies } from "./filterFrequencies";
import { settle } from "./settle";
import { changeChannels, type ChannelOptions } from "./steps";

/** What counts as a stripe. */
export interface DestripeOptions extends ChannelOptions {
  /** How straight stripes run along rows: waves along the frame that still belong to them. @default 1 */
  readonly width?: number;
  /** Waves across the frame below which slow heights are kept. @default 4 */
  readonly keep?: number;
}

const defaults = { width: 1, keep: 4, channel: "" };

/**
 * Damps what is alike along whole rows and changes from row to row, by 1 - exp(-kx^2 / 2 width^2). Softer than aligning
 * rows: a row may be wrong in a part of its length only.
 * @throws InputError if an option is out of range
 * @see Münch et al. 2009, doi:10.1364/OE.17.008567, without the wavelets
 */
export function destripe(scan: Scan, options: DestripeOptions = {}): Scan {
  const settings = settle("destripe", options, defaults);
  checkNumber("width", settings.width, { min: 0, aboveMin: true });
  checkNumber("keep", settings.keep, { min: 0 });
  return changeChannels(scan, "destripe", settings, (data) =>
    filterFrequencies(data, scan.width, (x, y) =>
      Math.abs(y) <= settings.keep ? 1 : 1 - Math.exp(-(x * x) / (2 * settings.width ** 2)),
    ),
  );
}
