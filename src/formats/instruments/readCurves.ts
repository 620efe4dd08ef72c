import * as path from "node:path";
import { readAllBytes, sourceName } from "../byteSource";
import { unsuitable } from "../damaged";
import type { Curves } from "./curveTypes";
import { findParameters } from "./findParameters";
import type { MatrixFile } from "./matrixParameters";
import { parseIgorCurve } from "./parseIgor";
import { parseMatrixCurve } from "./parseMatrixCurves";
import { parseNanonisDat } from "./parseNanonisDat";
import { parseVert } from "./parseVert";
import { scanFormat } from "./scanFormat";

/** What the reader of curves may be told. */
export interface ReadCurvesOptions {
  /** Name of the file, where its bytes are given; of a MATRIX file it finds the place in the session. */
  readonly name?: string;
  /** Parameter files of a MATRIX session, where bytes are given; with a path they are looked for beside it. */
  readonly companions?: readonly MatrixFile[];
}

/**
 * Reads spectroscopy curves with the place where they were measured: Nanonis DAT, Createc VERT (beta), a spectrum of a
 * MATRIX session, an Igor wave of one dimension.
 * @throws InputError if the file cannot be read, is damaged, or of another kind
 */
export function readCurves(
  input: string | Uint8Array,
  { name, companions }: ReadCurvesOptions = {},
): Curves {
  const bytes = readAllBytes(input);
  const isPath = typeof input === "string";
  const file = isPath ? input : (name ?? sourceName(input));
  const format = scanFormat(bytes);
  const base = path.basename(file);
  if (format === "nanonis dat") return parseNanonisDat(bytes, file, base);
  if (format === "createc vert") return parseVert(bytes, file, base);
  if (format === "igor") return parseIgorCurve(bytes, file, base);
  if (format === "matrix")
    return parseMatrixCurve(bytes, file, companions ?? (isPath ? findParameters(file) : []));
  throw unsuitable(
    file,
    format === undefined
      ? "which is of no known kind"
      : format === "nanonis 3ds"
        ? "which holds curves on a grid"
        : "which holds an image",
    "a spectroscopy file (Nanonis .dat, Createc .VERT, MATRIX, Igor)",
    format === undefined
      ? "Export the curves as Nanonis DAT."
      : format === "nanonis 3ds"
        ? "Read it with readGrid."
        : "Read it with readScan.",
  );
}
