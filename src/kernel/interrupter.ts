import { Session } from "node:inspector";
import { haltExpression } from "./halt";
import { signalChildren } from "./processes";
import { type Order, slot } from "./threads";

/** Milliseconds after which a main thread that does not answer is stopped, unless its code knows the abort signal. */
const patience = 250;
/** The same where it does, so that it can end a step and keep what it has. */
const patienceWithSignal = 1200;
/** Milliseconds after which a cell that answered and still runs is stopped. */
const lastPatience = 1500;
const checkEvery = 50;
/** Milliseconds after which a thread that lets nobody in waits for a child process, which is then ended. */
const patienceWithChild = 150;
/** What children are sent, each where the one before had no effect. */
const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGINT", "SIGTERM", "SIGKILL"];
const signalEvery = 700;
/** Milliseconds between tries to break in; most find node at a place where that is not safe. */
const tryEvery = 3;

/** Stops what the main thread does. */
export interface Interrupter {
  request(): void;
  /** The main thread has heard of the request to stop this cell. */
  heard(cell: number | undefined): void;
}

interface Attempt {
  readonly since: number;
  /** The cell that is to stop; undefined if none runs, and only timers of earlier ones may keep the thread busy. */
  readonly cell: number | undefined;
  answered: boolean;
}

/**
 * Asks the main thread to stop its cell; where it is too busy to hear that, breaks into its JavaScript.
 * @param runningCell the number of the cell that runs now
 */
export function createInterrupter(
  post: (order: Order) => void,
  shared: Int32Array,
  runningCell: () => number | undefined,
): Interrupter {
  let attempt: Attempt | undefined;
  let trying = false;

  const isStuck = ({ since, answered }: Attempt): boolean => {
    const waited = performance.now() - since;
    if (answered) return waited > lastPatience;
    return waited > (Atomics.load(shared, slot.signalTaken) === 1 ? patienceWithSignal : patience);
  };
  /** Ends children as long as the main thread answers nothing: it waits for one of them. */
  const endChildren = (isOver: () => boolean, step = 0): void => {
    const signal = signals[step];
    if (isOver() || signal === undefined) return;
    signalChildren(signal);
    setTimeout(() => endChildren(isOver, step + 1), signalEvery);
  };
  const breakIn = (target: Attempt): void => {
    trying = true;
    let isAnswered = false;
    setTimeout(() => endChildren(() => isAnswered), patienceWithChild);
    evaluateInMain(haltExpression(target.cell), (isHalted) => {
      isAnswered = true;
      trying = false;
      // The first order may have been lost with what was ended.
      if (isHalted) post({ type: "interrupt", cell: target.cell });
      else setTimeout(() => target === attempt && !trying && breakIn(target), tryEvery);
    });
  };
  const check = (): void => {
    const now = attempt;
    if (now === undefined) return;
    if (now.answered && (now.cell === undefined || now.cell !== runningCell())) {
      attempt = undefined;
      return;
    }
    if (isStuck(now) && !trying) breakIn(now);
    setTimeout(check, checkEvery);
  };

  return {
    request: () => {
      const cell = runningCell();
      const isChecked = attempt !== undefined;
      // One that is still looked after, but whose cell has ended, is no use to the cell that runs now.
      if (attempt === undefined || attempt.cell !== cell)
        attempt = { since: performance.now(), cell, answered: false };
      Atomics.store(shared, slot.interrupted, 1);
      post({ type: "interrupt", cell });
      if (!isChecked) setTimeout(check, checkEvery);
    },
    heard: (cell) => {
      if (attempt !== undefined && attempt.cell === cell) attempt.answered = true;
    },
  };
}

/** Evaluates an expression in the main thread, which need not be idle for that. */
function evaluateInMain(expression: string, done: (isTrue: boolean) => void): void {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", { expression }, (_error, answer) => {
    session.disconnect();
    done((answer as typeof answer | undefined)?.result.value === true);
  });
}
