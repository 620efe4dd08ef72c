import * as fs from "node:fs";
import * as path from "node:path";
import {
  canonicalJson,
  explainFileError,
  InputError,
  removeLeftovers,
  writeFileAtomically,
  writeFileIfChanged,
  writeFileInBackground,
  type Result,
} from "../../core";
import { openClaims, type Claims, type ClaimsOptions } from "./claims";
import { sealRecord, unsealRecord, type TrialRecord } from "./record";
import { appendTiming, type Timing } from "./timings";

/** Work that could not be done, and why. */
export interface FailureMark {
  /** In words. */
  readonly trial: string;
  readonly message: string;
  /** Times that a process died at it; 0 where its input is wrong. */
  readonly died: number;
  /** The last lines of what the process wrote. */
  readonly log?: string | undefined;
}

/** The folder of a study: one file a record, written once and whole; whatever else lies there is named and left aside. */
export interface Store {
  readonly folder: string;
  /** Who works at what. */
  readonly claims: Claims;
  /** Whether there is a record, without reading it. */
  has(key: string): boolean;
  /** Undefined if there is none; one that is not as it was written is moved aside and noted. */
  read(key: string): TrialRecord | undefined;
  /** A record of an earlier version, to be shown and not to be taken for one of this. */
  readEarlier(key: string): Result | undefined;
  /** The keys of all records in the folder, whoever wrote them. */
  keys(): readonly string[];
  /** Writes a record, whole and flushed when the promise is kept. */
  write(record: TrialRecord): Promise<void>;
  /** Notes how long something took; a note that a kill swallows costs nothing but the note. */
  time(timing: Timing): void;
  failure(key: string): FailureMark | undefined;
  /** The keys of all failures. */
  failed(): readonly string[];
  fail(key: string, mark: FailureMark): void;
  /** Forgets what failed and how often processes died at what, so that it is tried again. */
  clearFailures(): void;
  /** Where the encoder of a pretraining is kept. */
  encoderFile(key: string): string;
  /** Takes an encoder that cannot be used out of the way, and notes it. */
  setEncoderAside(key: string, reason: string): void;
  /** Where an unfinished training keeps its checkpoint. */
  checkpointFile(key: string): string;
  /** Removes it, when what it was for is kept. */
  removeCheckpoint(key: string): void;
  /** Keeps the loss of each step of a training. */
  keepLosses(key: string, name: string, values: Float32Array): void;
  /** What was left aside, in sentences. */
  readonly asides: readonly string[];
}

/** Where a store's encoders are, and how its claims behave. */
export interface StoreOptions extends ClaimsOptions {
  /** Another folder to keep encoders in, so that studies can share them. @default the folder `encoders` in the study's */
  readonly encoders?: string | undefined;
  /** Whether nothing in the folder may be changed. @default false */
  readonly readOnly?: boolean;
}

const folders = [".", "records", "failures", "losses", "checkpoints", "claims", "timings"];

/**
 * Opens the folder of a study, making it if need be.
 * @throws InputError if it cannot be written
 */
export function openStore(folder: string, options: StoreOptions = {}): Store {
  const encoders = options.encoders ?? path.join(folder, "encoders");
  const file = (...parts: readonly string[]): string => path.join(folder, ...parts);
  const recordFile = (key: string): string => file("records", `${key}.json`);
  const failureFile = (key: string): string => file("failures", `${key}.json`);
  const checkpointFile = (key: string): string => file("checkpoints", `${key}.safetensors`);
  const { readOnly = false } = options;
  if (!readOnly) {
    // Found out before any hour of work, not after it.
    writeFileAtomically(file(".writable"), "");
    fs.rmSync(file(".writable"), { force: true });
    for (const name of [...folders.map((name) => file(name)), encoders]) removeLeftovers(name);
    // A kill came between a record and the end of its checkpoint.
    for (const key of keysIn(file("checkpoints"), "safetensors"))
      if (fs.existsSync(recordFile(key))) fs.rmSync(checkpointFile(key), { force: true });
  }
  const claims = openClaims(file("claims"), options);
  const asides: string[] = [];
  const setAside = (what: string, where: string, reason: string): void => {
    if (readOnly) return;
    const aside = freeName(path.join(path.dirname(where), "..", "aside"), path.basename(where));
    fs.mkdirSync(path.dirname(aside), { recursive: true });
    try {
      fs.renameSync(where, aside);
    } catch (error) {
      // Another process was quicker.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    const name = path.basename(where);
    asides.push(
      `The ${what} ${name} was not used, since ${reason}; it lies in ${path.relative(folder, aside)} now.`,
    );
  };
  return {
    folder,
    asides,
    claims,
    has: (key) => fs.existsSync(recordFile(key)),
    read: (key) => {
      const text = readIfThere(recordFile(key));
      if (text === undefined) return undefined;
      const found = unsealRecord(text, key);
      if ("record" in found) return found.record;
      if ("reason" in found) setAside("record", recordFile(key), found.reason);
      return undefined;
    },
    readEarlier: (key) => {
      const found = unsealRecord(readIfThere(recordFile(key)) ?? "", key);
      return "earlier" in found ? found.earlier : undefined;
    },
    keys: () => keysIn(file("records")),
    write: (record) => writeFileInBackground(recordFile(record.key), sealRecord(record)),
    time: (timing) => appendTiming(file("timings"), timing),
    failure: (key) => {
      const text = readIfThere(failureFile(key));
      return text === undefined ? undefined : (parseJson(text) as FailureMark | undefined);
    },
    failed: () => keysIn(file("failures")),
    fail: (key, mark) => writeFileAtomically(failureFile(key), `${canonicalJson(mark, 1)}\n`),
    clearFailures: () => {
      fs.rmSync(file("failures"), { recursive: true, force: true });
      claims.forgetDead();
    },
    encoderFile: (key) => path.join(encoders, `${key}.safetensors`),
    setEncoderAside: (key, reason) =>
      setAside("encoder", path.join(encoders, `${key}.safetensors`), `got ${reason}`),
    checkpointFile: (key) => {
      fs.mkdirSync(file("checkpoints"), { recursive: true });
      return checkpointFile(key);
    },
    removeCheckpoint: (key) => fs.rmSync(checkpointFile(key), { force: true }),
    keepLosses: (key, name, values) => {
      const text = `${canonicalJson({ name, values: Array.from(values) })}\n`;
      writeFileIfChanged(file("losses", `${key}.json`), text);
    },
  };
}

/** The keys of the files in a folder. */
function keysIn(folder: string, ending = "json"): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((name) => {
    const [, key, end] = /^([0-9a-f]{64})\.(\w+)$/.exec(name) ?? [];
    return end === ending ? [key] : [];
  });
}

/** A name that is free in a folder. */
function freeName(folder: string, name: string): string {
  for (let i = 0; ; i++) {
    const free = path.join(folder, i === 0 ? name : `${name}.${i}`);
    if (!fs.existsSync(free)) return free;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explainFileError(error, file, "read");
  }
}

/**
 * Reads a JSON file that a study wrote.
 * @throws InputError if it is not there, or no JSON
 */
export function readStudyFile(folder: string, name: string): unknown {
  const file = path.join(folder, name);
  const text = readIfThere(file);
  const json = text === undefined ? undefined : parseJson(text);
  if (json !== undefined) return json;
  throw new InputError({
    got: text === undefined ? `"${folder}" without ${name}` : `"${file}", which is no JSON`,
    expected: "the folder that a study was run in",
    todo: "Check the path, or run the study again; nothing that is recorded is computed twice.",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
