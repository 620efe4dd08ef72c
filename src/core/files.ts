import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputError } from "./inputError";

/** The folder for what can be made or fetched again: `FEWSCOPE_CACHE`, else the platform's cache folder. */
export function cacheFolder(): string {
  const own = process.env["FEWSCOPE_CACHE"];
  if (own) return path.resolve(own);
  if (process.platform === "win32") {
    return path.join(process.env["LOCALAPPDATA"] ?? os.homedir(), "fewscope", "cache");
  }
  if (process.platform === "darwin")
    return path.join(os.homedir(), "Library", "Caches", "fewscope");
  return path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "fewscope");
}

/**
 * Writes a file so that it is there whole or not at all: temporary name, flush, rename.
 * @throws InputError if the folder cannot be written or the disk is full
 */
export function writeFileAtomically(file: string, content: string | Uint8Array): void {
  const temporary = temporaryName(file);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const handle = fs.openSync(temporary, "w");
    try {
      fs.writeFileSync(handle, content);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    removeIfThere(temporary);
    throw explainFileError(error, file, "write");
  }
}

/**
 * As `writeFileAtomically`, without holding up the caller: many such writes at once take little longer than one.
 * @throws InputError if the folder cannot be written or the disk is full
 */
export async function writeFileInBackground(
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await fs.promises.mkdir(path.dirname(file), { recursive: true });
    const handle = await fs.promises.open(temporary, "w");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(temporary, file);
  } catch (error) {
    removeIfThere(temporary);
    throw explainFileError(error, file, "write");
  }
}

const host = os.hostname().replace(/[^A-Za-z0-9-]/g, "-");
let written = 0;

/** A name that no other process of any machine takes. */
function temporaryName(file: string): string {
  return `${file}.${host}.${process.pid}.${written++}.tmp`;
}

/**
 * Removes what processes of this machine were writing into a folder when they were killed; what another machine or a process that still runs is
 * writing is left alone.
 */
export function removeLeftovers(folder: string): void {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    const [, from, pid] = /\.([A-Za-z0-9-]+)\.(\d+)\.\d+\.tmp$/.exec(name) ?? [];
    if (from === host && !isRunning(Number(pid))) removeIfThere(path.join(folder, name));
  }
}

/** Whether a process of this machine runs. */
export function isRunning(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Clears up after a failed write; that it fails too changes nothing. */
function removeIfThere(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // The first error tells what is wrong.
  }
}

/** As `writeFileAtomically`, but leaves a file alone that has this content already. Says whether it wrote. */
export function writeFileIfChanged(file: string, content: string | Uint8Array): boolean {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  if (fs.existsSync(file) && Buffer.compare(fs.readFileSync(file), bytes) === 0) return false;
  writeFileAtomically(file, bytes);
  return true;
}

/**
 * Turns a file system error into one that says what to do; other errors pass through.
 * @param use what was tried, for example "read"
 */
export function explainFileError(error: unknown, file: string, use: "read" | "write"): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const advice = code === undefined ? undefined : fileErrorAdvice[code];
  if (advice === undefined) return error;
  return new InputError(
    {
      got: `"${file}", which cannot be ${use === "read" ? "read" : "written"} (${advice[0]})`,
      expected: use === "read" ? "a file that can be read" : "a folder that can be written",
      todo: advice[1],
    },
    { cause: error },
  );
}

const fileErrorAdvice: Readonly<Record<string, readonly [why: string, todo: string]>> = {
  ENOENT: ["there is no such file or folder", "Check the path."],
  ENOTDIR: ["a part of the path is a file, not a folder", "Check the path."],
  EEXIST: ["a part of the path is a file, not a folder", "Check the path."],
  EISDIR: ["it is a folder", "Name a file inside it."],
  EACCES: ["permission denied", "Choose another folder, or change its permissions."],
  EPERM: ["permission denied", "Choose another folder, or change its permissions."],
  EROFS: ["the file system is read-only", "Choose a folder on another disk."],
  ENOSPC: ["the disk is full", "Free some space; the same command then resumes."],
  EDQUOT: ["the disk quota is used up", "Free some space; the same command then resumes."],
};
