import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { explainFileError, InputError } from "../core";
import type { CatalogFile } from "./card";

/**
 * Checks a file against its card; a wrong one is deleted, so that the next try starts anew.
 * @throws InputError if size or checksum differ, or the file cannot be read
 */
export async function verifyFile(file: string, card: CatalogFile, from: string): Promise<void> {
  const { size } = fs.statSync(file);
  if (size !== card.bytes) throw refuse(file, card, from, `${size} bytes`, `${card.bytes} bytes`);
  const kinds = (["sha256", "md5"] as const).filter((kind) => card[kind] !== undefined);
  const hashes = kinds.map((kind) => createHash(kind));
  try {
    for await (const piece of fs.createReadStream(file, { highWaterMark: 2 ** 20 })) {
      for (const hash of hashes) hash.update(piece as Uint8Array);
    }
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  kinds.forEach((kind, i) => {
    const sum = hashes[i].digest("hex");
    const name = kind === "sha256" ? "SHA-256" : "MD5";
    if (sum !== card[kind]) {
      throw refuse(file, card, from, `${name} ${sum}`, `${name} ${card[kind]}`);
    }
  });
}

function refuse(
  file: string,
  card: CatalogFile,
  from: string,
  got: string,
  expected: string,
): InputError {
  fs.rmSync(file, { force: true });
  return new InputError({
    got: `${card.name} with ${got} from ${from}`,
    expected,
    todo: "The file was deleted. Try again; if it stays wrong, that address serves another file: set FEWSCOPE_MIRROR to a folder or address that has the right one.",
  });
}
