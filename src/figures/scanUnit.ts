/** A unit in which numbers of a channel can be read. */
export interface ScanUnit {
  /** With its prefix, for example "pm"; empty for a channel without unit. */
  readonly name: string;
  /** How many of it one SI unit is. */
  readonly perUnit: number;
}

const prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G"] as const;

/** Units that are never given a prefix, since nobody would know them. */
const plain = /^(|deg|°|%|counts?|DAC|a\.u\.)$/;

/** Heights stay in pm up to this range in m, as the field has it; larger ones change to nm and µm. */
const longestInPicometres = 2e-8;

/** The unit in which a range of values, in the channel's SI unit, has one to four digits before the point. */
export function scanUnit(unit: string, range: number): ScanUnit {
  if (plain.test(unit) || !(range > 0)) return { name: unit, perUnit: 1 };
  if (unit === "m" && range <= longestInPicometres) return { name: "pm", perUnit: 1e12 };
  const power = Math.floor(Math.log10(range) / 3);
  const at = Math.min(prefixes.length - 1, Math.max(0, power + 5));
  return { name: `${prefixes[at]}${unit}`, perUnit: Number(`1e${3 * (5 - at)}`) };
}
