import * as path from "node:path";
import { readAllBytes, sourceName } from "../byteSource";
import { unsuitable } from "../damaged";
import type { Curves } from "./curveTypes";
import { parseNanonisDat } from "./parseNanonisDat";
import { scanFormat } from "./scanFormat";

/** What the reader of curves may be told. */
export interface ReadCurvesOptions {
  /** Name of the file, where its bytes are given. */
  readonly name?: string;
}

/**
 * Reads spectroscopy curves with the place where they were measured, from a Nanonis DAT file.
 * @throws InputError if the file cannot be read, is damaged, or of another kind
 */
export function readCurves(input: string | Uint8Array, { name }: ReadCurvesOptions = {}): Curves {
  const bytes = readAllBytes(input);
  const file = typeof input === "string" ? input : (name ?? sourceName(input));
  const format = scanFormat(bytes);
  if (format === "nanonis dat") return parseNanonisDat(bytes, file, path.basename(file));
  throw unsuitable(
    file,
    format === undefined ? "which is of no known kind" : "which holds an image",
    "a Nanonis spectroscopy file (.dat)",
    format === undefined ? "Export the curves as Nanonis DAT." : "Read it with readScan.",
  );
}
