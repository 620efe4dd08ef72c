import * as path from "node:path";
import { readAllBytes, sourceName } from "../byteSource";
import { unsuitable } from "../damaged";
import type { CurveGrid } from "./curveTypes";
import { findParameters } from "./findParameters";
import { parse3ds } from "./parse3ds";
import { parseGwyVolumes } from "./gwyVolumes";
import { parseMatrixGrid } from "./parseMatrixCurves";
import type { ReadCurvesOptions } from "./readCurves";
import { readNexusGrid } from "./nexusGrid";
import { scanFormat } from "./scanFormat";

/**
 * Reads curves on a grid of places, as scanning tunnelling spectroscopy records them: Nanonis 3DS (beta), volumes of a MATRIX
 * session, NeXus (NXsts), and the volume data of a Gwyddion file. `gridCurves` gives the curves of one place, `gridMap` an
 * image at one value of what was swept.
 * @throws InputError if the file cannot be read, is damaged, or of another kind
 */
export async function readGrid(
  input: string | Uint8Array,
  { name, companions }: ReadCurvesOptions = {},
): Promise<CurveGrid> {
  const bytes = readAllBytes(input);
  const isPath = typeof input === "string";
  const file = isPath ? input : (name ?? sourceName(input));
  const format = scanFormat(bytes);
  const base = path.basename(file);
  if (format === "nanonis 3ds") return parse3ds(bytes, file, base);
  if (format === "gwy") return parseGwyVolumes(bytes, file);
  if (format === "hdf5") return readNexusGrid(bytes, file);
  if (format === "matrix")
    return parseMatrixGrid(bytes, file, companions ?? (isPath ? findParameters(file) : []));
  throw unsuitable(
    file,
    format === undefined ? "which is of no known kind" : "which holds no grid of curves",
    "a Nanonis .3ds, a MATRIX volume, a NeXus NXsts file or a Gwyddion volume",
    format === undefined ? "Export it as one of these." : "Read it with readScan or readCurves.",
  );
}
