import * as fs from "node:fs";
import { explainFileError, option, sha256, type Option } from "../core";

/** A file as an option that has to be given; known by what it holds. */
export function fileOption(): Option<string> {
  return { ...option.text(), tell: (file) => ({ sha256: hashOf(file) }), outside: "file" };
}

function hashOf(file: string): string {
  try {
    return sha256(fs.readFileSync(file));
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
}
