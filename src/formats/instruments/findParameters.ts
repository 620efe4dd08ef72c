import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError } from "../../core";
import { readAllBytes } from "../byteSource";
import type { MatrixFile } from "./matrixParameters";

/**
 * Parameter files of the same MATRIX session: "<base>_0001.mtrx" and so on beside "<base>--1_2.Z_mtrx".
 * @throws InputError if the folder or a file cannot be read
 */
export function findParameters(file: string): MatrixFile[] {
  const folder = path.dirname(file);
  const base = path.basename(file).replace(/--\d+_\d+\.[^.]*$/, "");
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch (error) {
    throw explainFileError(error, folder, "read");
  }
  return names
    .filter(
      (name) => name.startsWith(`${base}_`) && /^\d{4}\.mtrx$/i.test(name.slice(base.length + 1)),
    )
    .sort()
    .map((name) => ({ name, bytes: readAllBytes(path.join(folder, name)) }));
}
