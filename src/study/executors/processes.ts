import { fork, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sideBySideName, StoppedError, type Progress, type ProgressEvent } from "../../core";
import type { Plan } from "../plan";
import { lastLines } from "../store/lastLines";
import type { Environment } from "../work/planUnits";
import type { Job } from "../work/work";
import type { EarlyWorkers } from "./earlyWorkers";

/** What a worker process is told. */
export interface WorkerOrder {
  readonly plan: Plan;
  readonly out: string;
  readonly encoders: string | undefined;
  readonly index: number;
  readonly count: number;
  readonly checkpointSeconds: number | undefined;
  /** Where it writes what goes wrong. */
  readonly log: string;
  /** Whether it tells what it found when it has opened the study, and goes on only when it is told to. All but the first wait for that before they need to know of leaks. */
  readonly waits: boolean;
}

/** What a worker process that waits is told: to read the images, to go on with the trials, to stop. */
export type WorkerCommand = "read" | "go" | "stop";

/** What a worker process says. */
export type WorkerWord =
  | { readonly kind: "progress"; readonly event: ProgressEvent }
  | { readonly kind: "environment"; readonly environment: Environment }
  | { readonly kind: "read" }
  | { readonly kind: "opened" }
  | { readonly kind: "wrong"; readonly message: string; readonly isInput: boolean };

/** Who does the work, and where. */
export interface ProcessesOptions {
  readonly plan: Plan;
  readonly out: string;
  readonly encoders: string | undefined;
  readonly workers: number;
}

/** A process that has its order, and the file that it writes to what goes wrong. */
export interface StartedWorker {
  readonly child: ChildProcess;
  readonly log: string;
}

/** The worker's own program, in whichever language this file is run. */
const program = path.join(__dirname, `worker${path.extname(__filename)}`);

/** Little is young in a worker for long: 40 MB less than by Node's default, at the same speed. */
const lessMemory = ["--max-semi-space-size=4"];

/** Starts a worker's process and gives it its order. */
export function startWorker(
  { plan, out, encoders, workers }: ProcessesOptions,
  index: number,
  waits: boolean,
  { checkpointSeconds }: Progress,
): StartedWorker {
  fs.mkdirSync(path.join(out, "logs"), { recursive: true });
  const log = path.join(out, "logs", `worker-${index}.log`);
  // A core that another process works on is no place for half a step.
  const apart = workers * Math.max(2, plan.threads ?? 2) <= os.availableParallelism() ? "on" : "off"; // prettier-ignore
  const handle = fs.openSync(log, "a");
  const env = { [sideBySideName]: apart, ...process.env };
  const execArgv = [...process.execArgv, ...lessMemory];
  const child = fork(program, [], { stdio: ["ignore", handle, handle, "ipc"], env, execArgv });
  fs.closeSync(handle);
  const order: WorkerOrder = { plan, out, encoders, index, count: workers, checkpointSeconds, log, waits }; // prettier-ignore
  child.send(order);
  return { child, log };
}

/** Milliseconds between two looks at how many trials are done. */
const lookEvery = 500;

/** Deaths in a row without a single trial in between after which there is no use in starting another. */
const mostDeathsInARow = 5;

/**
 * Works through a job with several processes, which share the folder and nothing else. One that dies is replaced; the trial at which process after
 * process dies is given up, and the others go on.
 * @param early are some of them already, where they are alive
 * @throws StoppedError when it is told to stop; what the processes were at is kept as far as it was
 */
export async function workInProcesses(
  job: Job,
  options: ProcessesOptions,
  early: EarlyWorkers,
  on: Progress,
): Promise<void> {
  const { store } = job;
  if (store === undefined) return;
  const children = new Set<ChildProcess>();
  const wrongs: Error[] = [];
  let deaths = 0;
  let doneAtDeath = -1;
  const done = (): number => {
    const kept = new Set([...store.keys(), ...store.failed()]);
    return job.units.filter(({ key }) => kept.has(key)).length;
  };
  const report = (inner?: ProgressEvent): void => {
    if (inner !== undefined && inner.unit !== "trial") on.report?.(inner);
  };
  const stop = (): void => children.forEach((child) => child.connected && child.send("stop"));
  const look = setInterval(() => {
    if (on.signal?.aborted === true) stop();
    on.report?.({ task: `study: ${children.size} processes`, done: done(), total: job.units.length, unit: "trial" }); // prettier-ignore
  }, lookEvery);

  const run = (index: number): Promise<void> =>
    new Promise((resolve) => {
      const { child, log } = early.take(index) ?? startWorker(options, index, false, on);
      children.add(child);
      child.on("message", (word: WorkerWord) => {
        if (word.kind === "progress") report(word.event);
        else if (word.kind === "wrong") wrongs.push(new Error(word.message));
      });
      child.on("exit", (code, signal) => {
        children.delete(child);
        const stopped = on.signal?.aborted === true || wrongs.length > 0;
        if (code === 0 || stopped) {
          if (stopped) stop();
          resolve();
          return;
        }
        const now = done();
        deaths = now > doneAtDeath ? 1 : deaths + 1;
        doneAtDeath = now;
        if (deaths <= mostDeathsInARow * options.workers) {
          resolve(run(index));
          return;
        }
        wrongs.push(new Error(`Worker after worker ended (${signal ?? `exit code ${code}`}). The last lines of ${log}:\n${lastLines(log)}`)); // prettier-ignore
        stop();
        resolve();
      });
    });
  try {
    const working = Array.from({ length: options.workers }, (_, index) => run(index));
    await early.end();
    await Promise.all(working);
  } finally {
    clearInterval(look);
  }
  if (wrongs.length > 0) throw wrongs[0];
  if (on.signal?.aborted === true) throw new StoppedError();
}
