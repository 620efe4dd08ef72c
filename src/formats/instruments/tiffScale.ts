import { unsuitable } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { imagejEntries } from "./imagejEntries";
import type { ValueOptions } from "./parseTiff";
import { siUnit } from "./siUnit";

/** What the stored numbers of a TIFF file mean. */
export interface TiffScale {
  readonly unit: string;
  readonly valueOf: (stored: number) => number;
}

/** Units that ImageJ writes for "none". */
const noUnit = /^(gray value|grey value|value|pixels?|none)?$/i;

/** ImageJ's number for values that have no calibration. */
const uncalibrated = 20;

/**
 * The scale of the values: ImageJ keeps heights as whole numbers with a polynomial of its own beside them.
 * @throws InputError for its other functions, which are about densities
 * @see ImageJ, class ij.measure.Calibration
 */
export function tiffScale(
  description: string,
  { unit: given = "" }: ValueOptions,
  file: string,
): TiffScale {
  const entries = imagejEntries(description);
  const named = entries?.get("vunit") ?? "";
  const { unit, factor } = siUnit(noUnit.test(named) ? given : named);
  const kind = entries?.get("cf");
  if (kind === undefined || Number(kind) === uncalibrated) {
    return { unit, valueOf: (stored) => stored * factor };
  }
  if (!/^[0-3]$/.test(kind)) {
    throw unsuitable(
      file,
      `whose values ImageJ calibrated by its function ${kind.slice(0, 10)}`,
      "a straight line or a polynomial",
      "Apply the calibration in ImageJ and save 32-bit values.",
    );
  }
  const terms = Array.from({ length: Number(kind) + 2 }, (_, i) =>
    parseDecimal(entries?.get(`c${i}`)),
  ).map((term) => (Number.isNaN(term) ? 0 : term));
  return {
    unit,
    valueOf: (stored) => terms.reduceRight((sum, term) => sum * stored + term, 0) * factor,
  };
}
