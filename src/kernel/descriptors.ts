import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Descriptors } from "./threads";

/**
 * Gives the process an empty input, and takes what is written to its output: by children that inherit it, by native code, by
 * `fs.writeSync(1)`. A system gives the lowest free number to a file that is opened, so the numbers 0, 1 and 2 are closed and
 * opened anew; this must come before any thread starts, whose own files would take them.
 */
export function takeDescriptors(): Descriptors {
  if (process.platform === "win32") return {};
  reopen(0, "/dev/null", "r");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-"));
  try {
    const [out, err] = ["out", "err"].map((name) => path.join(folder, name));
    if (out === undefined || err === undefined) return {};
    execFileSync("mkfifo", [out, err], { stdio: "ignore" });
    const log = openLog();
    return {
      out: takeOver(1, out),
      err: takeOver(2, err),
      ...(log === undefined ? {} : { log }),
    };
  } catch {
    // Then what children write goes where the server's own output goes.
    return {};
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the writing end of a pipe in place of a descriptor, and gives the reading end. */
function takeOver(descriptor: number, pipe: string): number {
  // Who reads must never wait; who writes does, until there is room.
  const reading = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  reopen(descriptor, pipe, "w");
  return reading;
}

function reopen(descriptor: number, file: string, flags: string): void {
  try {
    fs.closeSync(descriptor);
  } catch {
    // It was closed by whoever started us.
  }
  const opened = fs.openSync(file, flags);
  if (opened !== descriptor) fs.closeSync(opened);
}

/** The server's log under another number, since its own goes to the cells. */
function openLog(): number | undefined {
  try {
    return fs.openSync("/dev/fd/2", "a");
  } catch {
    return undefined;
  }
}
