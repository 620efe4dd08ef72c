import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError, InputError, StoppedError } from "../core";
import { scanFormat, type ScanFormat } from "../formats";
import { interruptible } from "./interrupt";
import { showProgress } from "./showProgress";

/** One instrument file that a command was given. */
export interface ScanFile {
  readonly path: string;
  /** Where its results go, below an output folder: its place in the folder that was named, without ending. */
  readonly stem: string;
}

/** Endings under which instruments store scans; such a file in a folder is read, or told to be damaged. */
const endings = /\.(sxm|gwy|gsf|sm4|tiff?|npy|[a-z0-9()]+_mtrx)$/i;
/** Endings that other programs use too; such a file in a folder counts if its content says so. */
const shared = /\.(dat|png)$/i;
/** Pictures that these commands made themselves. */
const made = /\.(look|found)\.png$/;

/**
 * The instrument files among what was named, and those in folders that were named, in order.
 * @throws InputError if there is nothing of a name, or no file at all
 */
export function findScanFiles(inputs: readonly string[]): ScanFile[] {
  const files = inputs.flatMap((input) => {
    let stat: fs.Stats;
    try {
      stat = fs.statSync(input);
    } catch (error) {
      throw explainFileError(error, input, "read");
    }
    return stat.isDirectory() ? filesIn(input) : [{ path: input, stem: path.basename(input) }];
  });
  if (files.length === 0) {
    throw new InputError({
      got: `${inputs.map((input) => `"${input}"`).join(", ")} without any scan`,
      expected: "Nanonis SXM, Gwyddion GWY or GSF, MATRIX, SM4, Createc, TIFF, PNG or NPY files",
      todo: "Check the folder, or name the files.",
    });
  }
  return withoutEndings(files);
}

function filesIn(folder: string): ScanFile[] {
  const found: ScanFile[] = [];
  const visit = (below: string): void => {
    const here = path.join(folder, below);
    const entries = fs.readdirSync(here, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = path.join(below, entry.name);
      if (entry.isDirectory()) visit(inside);
      else if (entry.isFile() && isScan(path.join(folder, inside)))
        found.push({ path: path.join(folder, inside), stem: inside });
    }
  };
  try {
    visit("");
  } catch (error) {
    throw explainFileError(error, folder, "read");
  }
  return found;
}

function isScan(file: string): boolean {
  if (endings.test(file)) return true;
  if (!shared.test(file) || made.test(file)) return false;
  const format = formatOf(file);
  return format !== undefined && format !== "nanonis dat";
}

/** The format that a file's content tells. @throws InputError if it cannot be read */
export function formatOf(file: string): ScanFormat | undefined {
  try {
    const handle = fs.openSync(file, "r");
    try {
      const head = new Uint8Array(65536);
      return scanFormat(head.subarray(0, fs.readSync(handle, head)));
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
}

/** Two files that differ only in their ending keep it, so that neither overwrites the other's results. */
function withoutEndings(files: readonly ScanFile[]): ScanFile[] {
  const stems = files.map(({ stem }) => stem.replace(/\.[^./\\]*$/, ""));
  return files.map((file, i) => {
    const alone = stems.indexOf(stems[i]) === stems.lastIndexOf(stems[i]);
    return alone ? { ...file, stem: stems[i] } : file;
  });
}

/**
 * Does the same with each file, showing progress where there are several. What cannot be read is told in a summary at the
 * end, with exit code 1, and does not stop the others; of a single file it is the error.
 * @throws InputError if there is one file and it cannot be read
 */
export async function forEachFile(
  task: string,
  files: readonly ScanFile[],
  work: (file: ScanFile) => Promise<void>,
): Promise<void> {
  const failures: { readonly file: string; readonly message: string }[] = [];
  const display = files.length > 1 ? showProgress() : undefined;
  try {
    await interruptible(async (signal) => {
      for (const [done, file] of files.entries()) {
        // Ctrl-C is heard between files only if others get a turn.
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted)
          throw new StoppedError(`Stopped after ${done} of ${files.length} files.`);
        try {
          await work(file);
        } catch (error) {
          if (!(error instanceof InputError) || files.length === 1) throw error;
          failures.push({ file: file.path, message: error.message });
        }
        display?.report({ task, done: done + 1, total: files.length, unit: "file" });
      }
    });
  } finally {
    display?.end();
  }
  if (failures.length === 0) return;
  process.exitCode = 1;
  console.error(`${failures.length} of ${files.length} files could not be used:`);
  for (const { file, message } of failures)
    console.error(message.includes(file) ? `  ${message}` : `  ${file}: ${message}`);
}
