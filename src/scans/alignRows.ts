import { checkInteger, checkNumber, checkOneOf, type Scan } from "../core";
import { alignRowsPolynomial } from "./alignRowsPolynomial";
import { hasSteps } from "./hasSteps";
import { rowMethods, rowShifts } from "./rowShifts";
import { settle } from "./settle";
import {
  changeChannels,
  chosenChannels,
  counted,
  type ChannelOptions,
  type ExcludeOptions,
} from "./steps";

/** Ways to align rows: those of Gwyddion, and the one of them that suits a scan. */
export const alignMethods = ["auto", ...rowMethods] as const;

/** How `alignRows` finds what is wrong with each row. */
export interface AlignRowsOptions extends ChannelOptions, ExcludeOptions {
  /** "auto": "median of differences" for heights that show steps, else "median"; the history tells which. @default "median" */
  readonly method?: (typeof alignMethods)[number];
  /** Degree of the polynomial along each row, 0 to 5; for the method "polynomial". @default 1 */
  readonly degree?: number;
  /** Share of values cut off at each end, below 0.5; for the trimmed means. @default 0.05 */
  readonly trim?: number;
}

const defaults = { method: "median", degree: 1, trim: 0.05, exclude: "", channel: "" };

/**
 * Shifts each row so that it fits its neighbours, or takes a polynomial off each. Rows that run along a step edge must not
 * be aligned: exclude one side, or take a method of differences.
 * @throws InputError for a method or channel that is not there
 * @see Gwyddion user guide, "Align Rows"
 */
export function alignRows(scan: Scan, options: AlignRowsOptions = {}): Scan {
  const given = settle("alignRows", options, defaults);
  const wanted = checkOneOf("method", given.method, alignMethods);
  const method = wanted === "auto" ? shownBy(scan, given.channel) : wanted;
  const settings = { ...given, method };
  const degree = checkInteger("degree", settings.degree, { min: 0, max: 5 });
  const trim = checkNumber("trim", settings.trim, { min: 0, max: 0.49 });
  const counts = counted(scan, settings.exclude);
  return changeChannels(scan, "alignRows", settings, (data) => {
    if (method === "polynomial") {
      return alignRowsPolynomial(data, scan.width, counts(data), degree);
    }
    const shifts = rowShifts(data, scan.width, counts(data), method, trim);
    return data.map((value, i) => value - shifts[Math.floor(i / scan.width)]);
  });
}

/** The median of a row that crosses a step says on which side most of it lies, not how high the row is. */
function shownBy(scan: Scan, choice: string): "median" | "median of differences" {
  return hasSteps(scan, chosenChannels(scan, choice)[0]) ? "median of differences" : "median";
}
