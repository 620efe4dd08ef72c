import { defined, InputError, StoppedError } from "../../core";
import { configureFor } from "../configureFor";
import { openJob } from "../openJob";
import { openStore } from "../store/store";
import { environment } from "../work/planUnits";
import { work } from "../work/work";
import type { WorkerCommand, WorkerOrder, WorkerWord } from "./processes";

/*
 * The program of a process that works at a study beside others. It is told what to do in its first message, and ends when all is done, when it is
 * told to stop, or when the process that started it is gone.
 */

/** Milliseconds between two words on how far it is. */
const tellEvery = 200;

const stop = new AbortController();

/** A word that is waited for, and that it came; nothing is waited for any more when it is told to stop. */
function awaited(): { readonly come: () => void; readonly whenCome: Promise<void> } {
  let come: () => void = () => undefined;
  const whenCome = new Promise<void>((resolve) => {
    come = resolve;
    stop.signal.addEventListener("abort", () => resolve());
  });
  return { come: () => come(), whenCome };
}

const [read, go] = [awaited(), awaited()];

/** What a process that has to find out itself is told. */
const noAnswer = (): Promise<undefined> => Promise.resolve(undefined);

const say = (word: WorkerWord): void => {
  // Who started it may be gone between the question and the word; that is told by the event below.
  if (process.connected) process.send?.(word, () => undefined);
};

async function main({
  plan,
  out,
  encoders,
  index,
  count,
  checkpointSeconds,
  log,
  waits,
}: WorkerOrder): Promise<void> {
  configureFor(plan);
  const store = openStore(out, { encoders, log });
  let last = -Infinity;
  try {
    const report = (event: Extract<WorkerWord, { kind: "progress" }>["event"]): void => {
      const now = performance.now();
      if (now - last < tellEvery) return;
      last = now;
      say({ kind: "progress", event });
    };
    if (waits) {
      say({ kind: "environment", environment: environment() });
      await read.whenCome;
    }
    // The first looks for leaks, the others have what it found in the folder.
    const elsewhere = waits && index > 0 ? { environment: noAnswer, audited: () => go.whenCome } : undefined; // prettier-ignore
    const on = waits ? { report, signal: stop.signal } : {};
    const { job } = await openJob(plan, store, on, elsewhere, () => waits && say({ kind: "read" }));
    if (waits) {
      say({ kind: "opened" });
      await go.whenCome;
    }
    await work(job, { report, signal: stop.signal, ...defined({ checkpointSeconds }) }, { index, count }); // prettier-ignore
  } catch (error) {
    if (error instanceof StoppedError) return;
    if (!(error instanceof InputError)) throw error;
    say({ kind: "wrong", message: error.message, isInput: true });
  } finally {
    store.claims.close();
  }
}

process.on("message", (message: WorkerOrder | WorkerCommand) => {
  if (message === "stop") stop.abort();
  else if (message === "read") read.come();
  else if (message === "go") go.come();
  else void main(message).then(() => process.exit(0));
});
// Who is to gather the results is gone; what is finished is kept.
process.on("disconnect", () => stop.abort());
// The one that started it hears Ctrl-C too, and says when to stop.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => stop.abort());
