import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError, InputError, StoppedError } from "../core";
import { listFiles, scanFormat, type ScanFormat } from "../formats";
import { interruptible } from "./interrupt";
import { showProgress } from "./showProgress";

/** One instrument file that a command was given. */
export interface ScanFile {
  readonly path: string;
  /** Where its results go, below an output folder: its place in the folder that was named, without ending. */
  readonly stem: string;
}

/** Endings under which instruments store scans and curves; such a file in a folder is read, or told to be damaged. */
const endings = /\.(sxm|gwy|gsf|sm4|tiff?|npy|3ds|vert|ibw|spm|jpk|nxs|[a-z0-9()]+_mtrx)$/i;
/** Endings that other programs use too; such a file in a folder counts if its content says so. */
const shared = /\.(dat|png|h5|hdf5|hdf|l?vert|jpk-qi-image|\d{3}|[0-9a-z]{1,8}_\d{3})$/i;
/** Pictures that these commands made themselves. */
const made = /\.(look|found)\.png$/;

/** What a command takes: curves and grids of them, or scans alone. */
export type Wanted = "scans" | "scans and curves";

/**
 * The instrument files among what was named, and those in folders that were named, in order; each once, however it is
 * named. Links are followed and hidden files passed over, as image folders do.
 * @throws InputError if there is nothing of a name, or no file at all
 */
export function findScanFiles(inputs: readonly string[], wanted: Wanted = "scans"): ScanFile[] {
  const seen = new Set<string>();
  const files = inputs
    .flatMap((input) => (statOf(input).isDirectory() ? filesIn(input, wanted) : [named(input)]))
    .filter(({ path: file }) => {
      const real = realPath(file);
      if (seen.has(real)) return false;
      seen.add(real);
      return true;
    });
  if (files.length === 0) {
    throw new InputError({
      got: `${inputs.map((input) => `"${input}"`).join(", ")} without any scan`,
      expected:
        "Nanonis SXM, Gwyddion GWY or GSF, MATRIX, SM4, Createc, Igor, Nanoscope, JPK, NeXus, TIFF, PNG or NPY files",
      todo: "Check the folder, or name the files.",
    });
  }
  return withoutEndings(files);
}

function statOf(input: string): fs.Stats {
  try {
    return fs.statSync(input);
  } catch (error) {
    throw explainFileError(error, input, "read");
  }
}

/** The file that a link leads to; a link to nothing stays what it is, and is told when it is read. */
function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}

function named(input: string): ScanFile {
  return { path: input, stem: path.basename(input) };
}

function filesIn(folder: string, wanted: Wanted): ScanFile[] {
  const { files, dangling } = listFiles(folder);
  const scans = files.filter((inside) => isWanted(path.join(folder, inside), wanted));
  return [...scans, ...dangling.filter((inside) => endings.test(inside))]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((inside) => ({ path: path.join(folder, inside), stem: inside }));
}

/** Formats that hold curves and no image. */
const curves: readonly (ScanFormat | undefined)[] = ["nanonis dat", "createc vert", "nanonis 3ds"];

function isWanted(file: string, wanted: Wanted): boolean {
  if (made.test(file)) return false;
  const sure = endings.test(file);
  if (!sure && !shared.test(file)) return false;
  if (wanted === "scans and curves" && sure) return true;
  // Files whose channel is a function hold spectra.
  if (wanted === "scans" && /\([^)]*\)_mtrx$/i.test(file)) return false;
  const format = formatOf(file);
  if (wanted === "scans" && curves.includes(format)) return false;
  return sure || format !== undefined;
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

/** A file and how much of its name tells it from the others. */
interface Naming {
  readonly file: ScanFile;
  readonly folders: readonly string[];
  depth: number;
  ending: boolean;
  number: number;
}

/**
 * Gives each file a stem of its own, so that no result overwrites another's: two that differ only in their ending keep it,
 * and two of one name in different folders get as many of their folders before it as tell them apart. Large and small
 * letters, and composed and decomposed ones, are one to some file systems.
 */
function withoutEndings(files: readonly ScanFile[]): ScanFile[] {
  const names = files.map((file): Naming => ({
    file,
    folders: parents(file),
    depth: 0,
    ending: false,
    number: 0,
  }));
  for (let round = 0; round < 100; round++) {
    const alike = new Map<string, Naming[]>();
    for (const name of names) {
      const key = stemOf(name).normalize("NFC").toLowerCase();
      alike.set(key, [...(alike.get(key) ?? []), name]);
    }
    const groups = [...alike.values()].filter((group) => group.length > 1);
    if (groups.length === 0) break;
    groups.forEach(tellApart);
  }
  return names.map((name) => ({ ...name.file, stem: stemOf(name) }));
}

function stemOf({ file: { stem }, folders, depth, ending, number }: Naming): string {
  const bare = ending ? stem : stem.replace(/\.[^./\\]*$/, "");
  const above = depth === 0 ? "" : `${folders.slice(-depth).join("/")}/`;
  return `${above}${bare}${number === 0 ? "" : ` (${number + 1})`}`;
}

/** Two files of one folder differ in their endings, others in a folder; else, in their letters alone, by number. */
function tellApart(group: readonly Naming[]): void {
  const folders = new Set(group.map(({ file }) => path.dirname(path.resolve(file.path))));
  const deeper = group.some(({ depth, folders: above }) => depth < above.length);
  if (folders.size > 1 && deeper) group.forEach((name) => name.depth++);
  else if (group.some(({ ending }) => !ending)) group.forEach((name) => (name.ending = true));
  else group.forEach((name, i) => (name.number = i));
}

/** Names of the folders that a file's stem lies below, the nearest last. */
function parents({ path: file, stem }: ScanFile): string[] {
  const resolved = path.resolve(file).replaceAll("\\", "/");
  const above = resolved.slice(0, Math.max(0, resolved.length - stem.length)).replace(/\/$/, "");
  return above.split("/").filter((step) => step !== "" && !/^[a-z]:$/i.test(step));
}

/** What a command hears of while it works on files. */
export interface FileWork {
  /** Lets Ctrl-C and others have their turn. @throws StoppedError if the user asked to stop */
  readonly pause: () => Promise<void>;
}

/**
 * Does the same with each file, showing progress where there are several. What cannot be read is told in a summary at the
 * end, with exit code 1, and does not stop the others; of a single file it is the error.
 * @throws InputError if there is one file and it cannot be read
 */
export async function forEachFile(
  task: string,
  files: readonly ScanFile[],
  work: (file: ScanFile, on: FileWork) => Promise<void>,
): Promise<void> {
  const failures: { readonly file: string; readonly message: string }[] = [];
  const display = files.length > 1 ? showProgress() : undefined;
  try {
    await interruptible(async (signal) => {
      for (const [done, file] of files.entries()) {
        const pause = async (): Promise<void> => {
          // Ctrl-C is heard only if others get a turn.
          await new Promise((resolve) => setImmediate(resolve));
          if (signal.aborted)
            throw new StoppedError(`Stopped after ${done} of ${files.length} files.`);
        };
        await pause();
        try {
          await work(file, { pause });
        } catch (error) {
          if (!(error instanceof InputError) || files.length === 1) throw error;
          failures.push({ file: file.path, message: error.message });
        }
        display?.report({ task, done: done + 1, total: files.length, unit: "file" });
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw new StoppedError("Stopped after the last file.");
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
