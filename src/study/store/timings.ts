import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gpuInUse } from "../../core";
import { version } from "../version";

/** How long something took: what differs from run to run, and so belongs to no record. */
export interface Timing {
  /** Of the record or the encoder. */
  readonly key: string;
  readonly kind: "trial" | "pretraining";
  readonly seconds: number;
}

/** A timing with when and where it was. */
export interface KeptTiming extends Timing {
  readonly finishedAt: string;
  readonly machine: string;
  readonly node: string;
  readonly fewscope: string;
  /** Largest resident memory of the process so far, in megabytes. */
  readonly peakMegabytes: number;
}

let machine: string | undefined;

/** What this machine is; found out once, since it takes as long as writing a record. */
export function machineName(): string {
  const cpus = machine === undefined ? os.cpus() : [];
  machine ??= `${cpus[0]?.model ?? "unknown"} x ${cpus.length}, ${os.platform()} ${os.arch()}`;
  const gpu = gpuInUse();
  return gpu === undefined ? machine : `${machine}, ${gpu}`;
}

/** Adds a line to this process's own file. */
export function appendTiming(folder: string, timing: Timing): void {
  const kept: KeptTiming = {
    ...timing,
    finishedAt: new Date().toISOString(),
    machine: machineName(),
    node: process.version,
    fewscope: version,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${os.hostname()}-${process.pid}.jsonl`);
  fs.appendFileSync(file, `${JSON.stringify(kept)}\n`);
}

/** All timings of a study, the last of each key; lines that a kill cut off are passed over. */
export function readTimings(folder: string): ReadonlyMap<string, KeptTiming> {
  const timings = new Map<string, KeptTiming>();
  if (!fs.existsSync(folder)) return timings;
  for (const name of fs.readdirSync(folder).sort()) {
    if (!name.endsWith(".jsonl")) continue;
    for (const line of fs.readFileSync(path.join(folder, name), "utf8").split("\n")) {
      try {
        const timing = JSON.parse(line) as KeptTiming;
        timings.set(timing.key, timing);
      } catch {
        // The last line of a process that was killed.
      }
    }
  }
  return timings;
}
