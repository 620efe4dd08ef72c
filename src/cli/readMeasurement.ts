import { InputError, type Scan } from "../core";
import {
  readCurves,
  readGrid,
  readScans,
  type CurveGrid,
  type Curves,
  type ReadScanOptions,
} from "../formats";
import { formatOf } from "./scanFiles";

/** What an instrument's file holds: scans, the curves of one place, or curves on a grid. */
export type Measurement =
  | { readonly kind: "scans"; readonly scans: readonly Scan[] }
  | { readonly kind: "curves"; readonly curves: Curves }
  | { readonly kind: "grid"; readonly grid: CurveGrid };

/**
 * Reads whatever an instrument's file holds; of a file with scans and curves the scans, unless curves are asked for.
 * @throws InputError as the readers do
 */
export async function readMeasurement(
  file: string,
  reading: ReadScanOptions,
  curvesFirst = false,
): Promise<Measurement> {
  const scans = async (): Promise<Measurement> => ({
    kind: "scans",
    scans: await readScans(file, reading),
  });
  const curves = (): Promise<Measurement> =>
    Promise.resolve({ kind: "curves", curves: readCurves(file) });
  const grid = async (): Promise<Measurement> => ({ kind: "grid", grid: await readGrid(file) });
  const format = formatOf(file);
  const spectra = /\([^)]*\)_mtrx$/i.test(file);
  if (format === "nanonis dat" || format === "createc vert") return curves();
  if (format === "nanonis 3ds") return grid();
  if (format === "matrix" && spectra) return firstOf([grid, curves], isOfAnotherKind);
  if (format === "igor") return firstOf([scans, curves], isOfAnotherKind);
  if (format === "hdf5" || format === "gwy")
    return firstOf(curvesFirst ? [grid, scans] : [scans, grid], isOfAnotherKind);
  return scans();
}

/** Which channel stands for curves on a grid: the lock-in's, which is dI/dV, else the first. */
export function gridChannel({ channels }: CurveGrid): number {
  const found = channels.findIndex(({ name }) => /^LI\b|^LI_|lock.?in|dI.?dV/i.test(name));
  return Math.max(0, found);
}

/** What the first reader gives that finds what it reads; of a file of no kind, the first complaint. */
async function firstOf(
  readers: readonly (() => Promise<Measurement>)[],
  goOn: (error: InputError) => boolean,
): Promise<Measurement> {
  let complaint: unknown;
  for (const read of readers) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      complaint ??= error;
      if (!goOn(error)) break;
    }
  }
  throw complaint;
}

/** A damaged file is no file of another kind. */
const isOfAnotherKind = ({ got }: InputError): boolean => !got.includes("which is damaged");
