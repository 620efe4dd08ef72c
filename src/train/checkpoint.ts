import * as fs from "node:fs";
import {
  explainFileError,
  InputError,
  sha256,
  tf,
  writeFileAtomically,
  type Variable,
} from "../core";

/** What a training needs to go on where it stopped. */
export interface Checkpoint {
  /** Says which training this belongs to. */
  readonly fingerprint: string;
  /** Steps done. */
  readonly step: number;
  /** Loss of each step done. */
  readonly losses: Float32Array;
}

/** The first line of the file; the values of all arrays follow, 4 bytes each, in the order of `shapes`. */
interface Header {
  readonly format: typeof format;
  readonly fingerprint: string;
  readonly step: number;
  readonly shapes: readonly (readonly [name: string, shape: readonly number[]])[];
  /** SHA-256 of everything after the header. */
  readonly sha256: string;
}

const format = "fewscope checkpoint 1";

/**
 * Writes a checkpoint, so that it is there whole or not at all.
 * @throws InputError if the folder cannot be written or the disk is full
 */
export function writeCheckpoint(
  file: string,
  { fingerprint, step, losses }: Checkpoint,
  variables: ReadonlyMap<string, Variable>,
): void {
  const values = Array.from(variables.values(), (variable) => variable.dataSync());
  const body = Buffer.concat(
    [losses, ...values].map((data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  const header: Header = {
    format,
    fingerprint,
    step,
    shapes: Array.from(variables, ([name, { shape }]) => [name, shape]),
    sha256: sha256(body),
  };
  writeFileAtomically(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]));
}

/**
 * Reads a checkpoint into variables, and says where the training stood; undefined if there is no such file.
 * @throws InputError if the file is damaged, or belongs to another training
 */
export function readCheckpoint(
  file: string,
  fingerprint: string,
  variables: ReadonlyMap<string, Variable>,
): Checkpoint | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf("\n");
  const header = parseHeader(file, bytes.subarray(0, Math.max(0, end)).toString());
  if (header.fingerprint !== fingerprint) {
    throw unusable(file, "which belongs to another training", "one of this training");
  }
  const sizes = Array.from(variables.values(), ({ size }) => size);
  const total = sizes.reduce((sum, size) => sum + size, header.step);
  const body = bytes.subarray(end + 1);
  if (body.length !== 4 * total || sha256(body) !== header.sha256) {
    throw unusable(file, "which is damaged", "a checkpoint as it was written");
  }
  let at = 0;
  const next = (length: number): ArrayBuffer => {
    const part = new Uint8Array(body.subarray(at, at + 4 * length)).buffer;
    at += 4 * length;
    return part;
  };
  const losses = new Float32Array(next(header.step));
  for (const variable of variables.values()) {
    const part = next(variable.size);
    const data = variable.dtype === "int32" ? new Int32Array(part) : new Float32Array(part);
    tf.tidy(() => variable.assign(tf.tensor(data, variable.shape, variable.dtype)));
  }
  return { fingerprint, step: header.step, losses };
}

function readIfThere(file: string): Buffer | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
}

function parseHeader(file: string, line: string): Header {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(line) as Partial<Header> | null;
  } catch {
    header = null;
  }
  if (header?.format !== format || !Number.isSafeInteger(header.step)) {
    throw unusable(file, "which is no checkpoint or damaged", "a checkpoint as it was written");
  }
  return header as Header;
}

function unusable(file: string, why: string, expected: string): InputError {
  return new InputError({
    got: `the checkpoint "${file}", ${why}`,
    expected,
    todo: "Delete the file to train from the start.",
  });
}
