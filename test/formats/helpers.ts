import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, InputError } from "../../src/core";

/** The folder of real data, or nothing where it is not on this machine. */
export function dataFolder(): string | undefined {
  const folder =
    process.env["FEWSCOPE_DATA"] ?? path.join(__dirname, "..", "..", "..", "shared", "data");
  return fs.existsSync(folder) ? folder : undefined;
}

/** Skips a test, with the reason, where a file of real data is not on this machine. */
export function needData(test: Mocha.Context, ...steps: string[]): string {
  const folder = dataFolder();
  const file = folder === undefined ? undefined : path.join(folder, ...steps);
  if (file !== undefined && fs.existsSync(file)) return file;
  const { title } = test.test as Mocha.Runnable;
  (test.test as Mocha.Runnable).title =
    `${title} (skipped: set FEWSCOPE_DATA to the folder with ${steps.join("/")})`;
  return test.skip();
}

/** Makes a folder for a group of tests and takes it away afterwards. */
export function temporaryFolder(): {
  readonly path: string;
  file(name: string, content: string | Uint8Array): string;
} {
  const made = { path: "" };
  before(() => {
    made.path = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-formats-"));
  });
  after(() => fs.rmSync(made.path, { recursive: true, force: true }));
  return {
    get path() {
      return made.path;
    },
    file: (name, content) => {
      const file = path.join(made.path, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
      return file;
    },
  };
}

/** Asserts that a call is refused with a sentence that says the right thing. */
export async function refuses(call: () => unknown, message: RegExp): Promise<void> {
  await assert.rejects(
    () => Promise.resolve().then(call),
    (error: unknown) => {
      assert.ok(error instanceof InputError, String((error as Error).stack));
      assert.match(error.message, message);
      return true;
    },
  );
}

/** Damaged copies of a file: cut short, bits turned, bytes set to extremes, pieces doubled or taken out. */
export function damage(bytes: Uint8Array, count: number, seed = 1): Uint8Array[] {
  const rng = createRng(seed).fork("damage");
  return Array.from({ length: count }, (_, i) => {
    const copy = Uint8Array.from(bytes);
    const at = rng.integer(bytes.length);
    const extreme = [0, 1, 0x7f, 0x80, 0xff][rng.integer(5)];
    if (i % 5 === 0) return copy.slice(0, at);
    if (i % 5 === 1) copy[at] ^= 1 << rng.integer(8);
    else if (i % 5 === 2) copy.fill(extreme, at, at + 1 + rng.integer(4));
    else if (i % 5 === 3) return Uint8Array.from([...copy.slice(0, at), ...copy.slice(at - 3)]);
    else for (let k = 0; k < 4; k++) copy[rng.integer(Math.min(64, copy.length))] = extreme;
    return copy;
  });
}

/** Asserts that a reader either reads a damaged file or refuses it with a sentence; says how many it refused. */
export async function survives(
  files: readonly Uint8Array[],
  read: (bytes: Uint8Array) => unknown,
): Promise<number> {
  let refused = 0;
  for (const bytes of files) {
    try {
      await read(bytes);
    } catch (error) {
      assert.ok(
        error instanceof InputError,
        `${String((error as Error).stack)}\nfor ${Buffer.from(bytes).toString("base64")}`,
      );
      refused++;
    }
  }
  return refused;
}
