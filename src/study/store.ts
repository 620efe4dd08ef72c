import * as fs from "node:fs";
import * as path from "node:path";
import {
  canonicalJson,
  explainFileError,
  InputError,
  writeFileAtomically,
  type Result,
  type Settings,
} from "../core";
import type { ResultMetric } from "../metrics";
import type { Collapse } from "../pretrain";

/** How well the test images were told. */
export type Scores = Pick<Result, ResultMetric>;

/** A finished trial with everything that determines it; the same on every run, so that records compare byte by byte. */
export interface TrialRecord extends Result {
  /** SHA-256 of everything that determines the trial, and the name of its file. */
  readonly key: string;
  /** Counts by true class (rows) and predicted class. */
  readonly confusion: readonly (readonly number[])[];
  readonly classNames: readonly string[];
  /** Which of the independent pretrainings, from 0. */
  readonly pretraining: number;
  /** What the two halves of the method are; a sentence for one that does not know. */
  readonly pretrain: Settings | string;
  readonly classify: Settings | string;
  /** How far the encoder tells the images of pretraining apart, with a warning if it does not. */
  readonly collapse?: Collapse;
  /**
   * Scores by the moving average of the weights, which are the record's own, and by the last weights of the same training; where the encoder or the
   * classifier has both.
   */
  readonly weights?: { readonly average: Scores; readonly last: Scores };
  readonly threads: string;
  readonly tensorflow: string;
}

/** What differs from run to run. */
export interface Sidecar {
  readonly seconds: number;
  readonly finishedAt: string;
  readonly machine: string;
  readonly node: string;
  /** Largest resident memory of the process so far, in megabytes. */
  readonly peakMegabytes: number;
  /** The version of the program. */
  readonly fewscope: string;
}

/** The folder of a study: one file a record, written once and whole. */
export interface Store {
  readonly folder: string;
  read(key: string): TrialRecord | undefined;
  /** The keys of all records in the folder, whoever wrote them. */
  keys(): readonly string[];
  write(record: TrialRecord, sidecar: Sidecar): void;
  /** Where the encoder of a pretraining is kept. */
  encoderFile(key: string): string;
  /** Where an unfinished training keeps its checkpoint. */
  checkpointFile(key: string): string;
  /** Keeps the loss of each step of a training. */
  keepLosses(key: string, name: string, values: Float32Array): void;
}

/**
 * Opens the folder of a study, making it if need be.
 * @param encoders another folder to keep encoders in, so that studies can share them
 * @throws InputError if it cannot be written
 */
export function openStore(folder: string, encoders = path.join(folder, "encoders")): Store {
  const recordFile = (key: string): string => path.join(folder, "records", `${key}.json`);
  // Found out before any hour of work, not after it.
  const probe = path.join(folder, ".writable");
  writeFileAtomically(probe, "");
  fs.rmSync(probe, { force: true });
  for (const name of [".", "records", "sidecars", "losses", "checkpoints"])
    removeLeftovers(path.join(folder, name));
  return {
    folder,
    read: (key) => {
      const file = recordFile(key);
      return fs.existsSync(file) ? readRecord(file) : undefined;
    },
    keys: () => {
      const records = path.join(folder, "records");
      if (!fs.existsSync(records)) return [];
      return fs
        .readdirSync(records)
        .flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []);
    },
    write: (record, sidecar) => {
      // The sidecar first: a record that exists is complete.
      const name = `${record.key}.json`;
      writeFileAtomically(path.join(folder, "sidecars", name), `${canonicalJson(sidecar, 1)}\n`);
      writeFileAtomically(recordFile(record.key), `${canonicalJson(record, 1)}\n`);
    },
    encoderFile: (key) => path.join(encoders, `${key}.safetensors`),
    checkpointFile: (key) => {
      const file = path.join(folder, "checkpoints", `${key}.safetensors`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      return file;
    },
    keepLosses: (key, name, values) => {
      const file = path.join(folder, "losses", `${key}.json`);
      writeFileAtomically(file, `${canonicalJson({ name, values: Array.from(values) })}\n`);
    },
  };
}

/** Removes what a killed process was writing; a file of a process that still runs is left alone. */
function removeLeftovers(folder: string): void {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    const writer = /\.(\d+)\.tmp$/.exec(name)?.[1];
    if (writer !== undefined && !isRunning(Number(writer)))
      fs.rmSync(path.join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readRecord(file: string): TrialRecord {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as TrialRecord;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file, "read");
    throw new InputError({
      got: `"${file}", which is no record any more`,
      expected: "a record as it was written",
      todo: "Delete the file; the same study then makes it again.",
    });
  }
}
