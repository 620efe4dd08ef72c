import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as os from "node:os";
import type { Progress } from "../../core";
import type { Elsewhere } from "../openJob";
import type { Plan } from "../plan";
import type { Environment } from "../work/planUnits";
import { startWorker, type ProcessesOptions, type StartedWorker, type WorkerCommand, type WorkerWord } from "./processes"; // prettier-ignore

/**
 * Several workers, which are started before the study is open here, since they open it as well. The first tells what decides the last digits and looks for
 * leaks, so that the process that only gathers what the workers find never loads TensorFlow, which takes a hundred megabytes and more.
 */
export class EarlyWorkers implements Elsewhere {
  private readonly workers: (Opening | undefined)[];
  /** Whether they were told to read the images. */
  private reading = false;

  constructor(options: ProcessesOptions, on: Progress) {
    const { methods, labelsPerClass, draws } = options.plan;
    // No more than there are trials for.
    const length = Math.min(options.workers, methods.length * labelsPerClass.length * draws);
    this.workers = Array.from({ length }, (_, index) => new Opening(startWorker(options, index, true, on), on)); // prettier-ignore
    // What is made or fetched when it is first asked for is made once, here, before they read it.
    if (!namesSets(options.plan)) this.read();
  }

  /** What decides the last digits; undefined where the process ended before it told. */
  async environment(): Promise<Environment | undefined> {
    this.read();
    return (await this.workers[0]?.environment)?.environment;
  }

  /**
   * Resolves when the first process has read the images, where there is no core left to read them here as well in the meantime: then that is done while it looks for
   * leaks. Resolves at once where they are not read yet.
   */
  async haveRead(): Promise<void> {
    if (!this.reading || os.availableParallelism() > this.workers.length) return;
    const [first] = this.workers;
    first?.listen();
    await first?.haveRead;
  }

  private read(): void {
    this.reading = true;
    for (const { child } of this.workers.flatMap((worker) => worker ?? []))
      if (isAlive(child)) tell(child, "read");
  }

  /** Resolves when the first process has opened the study, or has ended. */
  async audited(): Promise<void> {
    // Until here it did what was done and reported here as well.
    this.workers[0]?.listen();
    await this.workers[0]?.opened;
  }

  /** A process, told to go on with the trials; undefined where there is none that could. */
  take(index: number): StartedWorker | undefined {
    const worker = this.workers[index];
    this.workers[index] = undefined;
    if (worker === undefined || worker.wrong || !isAlive(worker.child)) return undefined;
    worker.leave();
    tell(worker.child, "go");
    return worker;
  }

  /** Ends the processes that nobody took, and waits for their end. */
  async end(): Promise<void> {
    const left = this.workers.splice(0).flatMap((worker) => worker?.child ?? []);
    await Promise.all(
      left.filter(isAlive).map(async (child) => {
        const gone = once(child, "exit");
        tell(child, "stop");
        await gone;
      }),
    );
  }
}

/** Whether a plan takes images from sets of the catalog. */
const namesSets = ({ data, methods }: Plan): boolean =>
  /"named":/.test(JSON.stringify([data, methods]));

/** A process that opens the study, as long as nobody else listens to it. */
class Opening implements StartedWorker {
  readonly child: ChildProcess;
  readonly log: string;
  readonly environment: Promise<Said<"environment"> | undefined>;
  readonly haveRead: Promise<unknown>;
  readonly opened: Promise<unknown>;
  /** Whether it could not. */
  wrong = false;

  constructor(
    { child, log }: StartedWorker,
    private readonly on: Progress,
  ) {
    this.child = child;
    this.log = log;
    this.environment = said(child, "environment");
    this.haveRead = said(child, "read");
    this.opened = said(child, "opened");
    child.on("message", this.note);
    child.once("exit", this.leave);
    on.signal?.addEventListener("abort", this.stop);
    if (on.signal?.aborted === true) this.stop();
  }

  /** Reports what it is at. */
  listen(): void {
    this.child.off("message", this.hear).on("message", this.hear);
  }

  /** Listens no more. */
  readonly leave = (): void => {
    this.child.off("message", this.note);
    this.child.off("message", this.hear);
    this.on.signal?.removeEventListener("abort", this.stop);
  };

  private readonly hear = (word: WorkerWord): void => {
    if (word.kind === "progress") this.on.report?.(word.event);
  };

  private readonly note = (word: WorkerWord): void => {
    if (word.kind === "wrong") this.wrong = true;
  };

  private readonly stop = (): void => {
    if (isAlive(this.child)) tell(this.child, "stop");
  };
}

type Said<K extends WorkerWord["kind"]> = Extract<WorkerWord, { kind: K }>;

/** The first word of a kind; undefined where the process ended without it. */
function said<K extends WorkerWord["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Said<K> | undefined> {
  return new Promise((resolve) => {
    child.on("message", (word: WorkerWord) => {
      if (word.kind === kind) resolve(word as Said<K>);
    });
    child.once("exit", () => resolve(undefined));
  });
}

/** Says a word to a process, which may end before it hears it. */
const tell = (child: ChildProcess, word: WorkerCommand): void =>
  void child.send(word, () => undefined);

const isAlive = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null && child.connected;
