import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Progress } from "../../core";
import type { Elsewhere } from "../openJob";
import type { Environment } from "../work/planUnits";
import { startWorker, type ProcessesOptions, type StartedWorker, type WorkerWord } from "./processes"; // prettier-ignore

/**
 * The first of several workers, which is started before the others. It tells what decides the last digits and looks for leaks, so that the process that
 * only gathers what the workers find never loads TensorFlow, which takes a hundred megabytes and more.
 */
export class FirstWorker implements Elsewhere {
  private worker: Opening | undefined;

  constructor(
    private readonly options: ProcessesOptions,
    private readonly on: Progress,
  ) {}

  /** What decides the last digits; undefined where the process ended before it told. */
  async environment(): Promise<Environment | undefined> {
    return (await this.start().environment)?.environment;
  }

  /** Resolves when the process has opened the study, or has ended. */
  async audited(): Promise<void> {
    await this.start().opened;
  }

  /** The process, told to go on with the trials; undefined where there is none that could. */
  take(): StartedWorker | undefined {
    const { worker } = this;
    this.worker = undefined;
    if (worker === undefined || worker.wrong || !isAlive(worker.child)) return undefined;
    worker.leave();
    tell(worker.child, "go");
    return worker;
  }

  /** Ends the process where nobody took it, and waits for its end. */
  async end(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    if (worker === undefined || !isAlive(worker.child)) return;
    const gone = once(worker.child, "exit");
    tell(worker.child, "stop");
    await gone;
  }

  private start(): Opening {
    this.worker ??= new Opening(startWorker(this.options, 0, true, this.on), this.on);
    return this.worker;
  }
}

/** A process that opens the study, as long as nobody else listens to it. */
class Opening implements StartedWorker {
  readonly child: ChildProcess;
  readonly log: string;
  readonly environment: Promise<Said<"environment"> | undefined>;
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
    this.opened = said(child, "opened");
    child.on("message", this.hear);
    child.once("exit", this.leave);
    on.signal?.addEventListener("abort", this.stop);
    if (on.signal?.aborted === true) this.stop();
  }

  /** Listens no more. */
  readonly leave = (): void => {
    this.child.off("message", this.hear);
    this.on.signal?.removeEventListener("abort", this.stop);
  };

  private readonly hear = (word: WorkerWord): void => {
    if (word.kind === "progress") this.on.report?.(word.event);
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
const tell = (child: ChildProcess, word: "go" | "stop"): void =>
  void child.send(word, () => undefined);

const isAlive = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null && child.connected;
