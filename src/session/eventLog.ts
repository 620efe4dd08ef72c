import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { explainFileError, InputError, isRunning } from "../core";
import { checkEvent, type SessionEvent } from "./events";

/** An append-only file of what experts did, one JSON a line. What `append` returned from is on the disk. */
export interface EventLog {
  readonly events: readonly SessionEvent[];
  /** The event of a uuid, if it is kept already: what is sent twice counts once. */
  find(uuid: string): SessionEvent | undefined;
  /**
   * Writes events and flushes them to the disk: all of them or none.
   * @throws InputError if the disk is full or cannot be written; then the file is as it was
   */
  append(events: readonly SessionEvent[]): void;
  close(): void;
}

/**
 * Opens the log of a folder for this process alone. A last line without its end was never promised to anybody, and is cut off; anything else that
 * cannot be read is told and left as it is.
 * @throws InputError if another process has it open, or a line is damaged
 */
export function openEventLog(file: string): EventLog {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const unlock = lock(`${file}.lock`);
  try {
    const isNew = !fs.existsSync(file);
    const handle = fs.openSync(file, isNew ? "w+" : "r+");
    // The name of the file must outlast a power cut as well as its content.
    if (isNew) flushFolder(path.dirname(file));
    const { events, length } = readEvents(file);
    fs.ftruncateSync(handle, length);
    return opened(file, handle, events, length, unlock);
  } catch (error) {
    unlock();
    throw explainFileError(error, file, "write");
  }
}

function opened(
  file: string,
  handle: number,
  events: SessionEvent[],
  start: number,
  unlock: () => void,
): EventLog {
  let length = start;
  const byUuid = new Map(events.map((event) => [event.uuid, event]));
  return {
    events,
    find: (uuid) => byUuid.get(uuid),
    append: (added) => {
      if (added.length === 0) return;
      const text = added.map((event) => `${JSON.stringify(event)}\n`).join("");
      const bytes = Buffer.from(text, "utf8");
      try {
        writeAll(handle, bytes, length);
        fs.fdatasyncSync(handle);
      } catch (error) {
        // A half-written line must not stand before the next one.
        fs.ftruncateSync(handle, length);
        throw explainFileError(error, file, "write");
      }
      length += bytes.length;
      for (const event of added) {
        events.push(event);
        byUuid.set(event.uuid, event);
      }
    },
    close: () => {
      fs.closeSync(handle);
      unlock();
    },
  };
}

function writeAll(handle: number, bytes: Buffer, at: number): void {
  let done = 0;
  while (done < bytes.length)
    done += fs.writeSync(handle, bytes, done, bytes.length - done, at + done);
}

function readEvents(file: string): { events: SessionEvent[]; length: number } {
  const bytes = fs.readFileSync(file);
  const length = bytes.lastIndexOf(10) + 1;
  const lines = bytes.subarray(0, length).toString("utf8").split("\n").slice(0, -1);
  const events = lines.map((line, i) => {
    const where = `line ${i + 1} of "${file}"`;
    const event = checkEvent(parseLine(line, where), where);
    if (event.seq === i + 1) return event;
    throw damagedLine(`${where} with the number ${event.seq}`);
  });
  return { events, length };
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damagedLine(`${where}, which is no JSON`);
  }
}

function damagedLine(got: string): InputError {
  return new InputError({
    got,
    expected: "the events of a session, numbered from 1",
    todo: "Keep a copy of the file, and mend or remove the line; nothing was changed.",
  });
}

function flushFolder(folder: string): void {
  // Windows has no such thing.
  if (process.platform === "win32") return;
  const handle = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Takes a lock file for this process; one of a process that is gone is taken over. Gives what frees it. */
function lock(file: string): () => void {
  const own = JSON.stringify({ host: os.hostname(), pid: process.pid });
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      fs.writeFileSync(file, own, { flag: "wx" });
      heldHere.add(file);
      return () => {
        heldHere.delete(file);
        fs.rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = holderOf(file);
      if (holder !== undefined) throw inUse(file, holder);
      fs.rmSync(file, { force: true });
    }
  }
  throw inUse(file, "another process");
}

/** Who holds a lock; undefined if that process is gone. */
function holderOf(file: string): string | undefined {
  try {
    const { host, pid } = JSON.parse(fs.readFileSync(file, "utf8")) as {
      host: string;
      pid: number;
    };
    if (host !== os.hostname()) return `process ${pid} on ${host}`;
    if (heldHere.has(file)) return "this process";
    // A number that came round to this process again is a lock of an earlier life.
    return pid !== process.pid && isRunning(pid) ? `process ${pid}` : undefined;
  } catch {
    return undefined;
  }
}

/** Locks of this process. */
const heldHere = new Set<string>();

function inUse(file: string, holder: string): InputError {
  return new InputError({
    got: `a session that ${holder} has open`,
    expected: "one program for each session",
    todo: `Go on in the page that is open, or stop the other one. If there is none, remove "${file}".`,
  });
}
