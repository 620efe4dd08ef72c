import { Session } from "node:inspector";
import type { Cells } from "./cells";
import { slot } from "./threads";
import type { Traces } from "./traces";

/** Ends the code that keeps the main thread busy. */
export interface Halt {
  /** Forgets what the last ending needed. */
  release(): void;
}

/**
 * The expression that the interrupter evaluates in the main thread, in the midst of whatever runs there. It is true if
 * that code is going to be ended.
 * @param cell the number of the cell that is to stop; undefined if none runs
 */
export function haltExpression(cell: number | undefined): string {
  return `globalThis[Symbol.for("fewscope.kernel.halt")](${cell})`;
}

/**
 * Offers that expression's function. What it ends runs no `catch` and no `finally`, of node's own functions neither.
 */
export function offerHalt(
  cells: Cells,
  shared: Int32Array,
  traces: Traces,
  kernelFolder: string,
): Halt {
  let session: Session | undefined;
  const halt = (id: number | undefined): boolean => {
    const sites = callSites(halt);
    const cell = cells.running;
    if (cell?.id !== id || Atomics.load(shared, slot.machinery) === 1) return false;
    if (!isInUsersCode(sites, kernelFolder)) return false;
    if (cell !== undefined) {
      cell.state = "stopped";
      cell.where = traces.where(sites);
    }
    forgetAsyncCallers();
    if (session === undefined) {
      session = new Session();
      session.connect();
    }
    session.post("Runtime.terminateExecution");
    return true;
  };
  Object.defineProperty(globalThis, Symbol.for("fewscope.kernel.halt"), { value: halt });
  return {
    release: () => {
      session?.disconnect();
      session = undefined;
    },
  };
}

/** The calls that lead to this one, without the function given and the evaluated expression. */
function callSites(caller: (id: number | undefined) => boolean): NodeJS.CallSite[] {
  const own = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  try {
    Error.prepareStackTrace = (_error, sites) => sites;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, caller);
    return (holder.stack as NodeJS.CallSite[]).slice(1);
  } finally {
    if (own !== undefined) Object.defineProperty(Error, "prepareStackTrace", own);
  }
}

/**
 * Says whether a function of the cell, of its modules or of a package is at work. Only then is nothing lost: node itself may
 * be handing over an order, or be between two entries in its list of asynchronous callers.
 */
function isInUsersCode(sites: readonly NodeJS.CallSite[], kernelFolder: string): boolean {
  const files = sites.map((site) => site.getFileName() ?? "");
  const users = files.findIndex(
    (file) => file !== "" && !file.startsWith("node:") && !file.startsWith(kernelFolder),
  );
  const inner = sites.slice(0, users);
  return users >= 0 && !inner.some((site) => bookkeeping.test(site.getFunctionName() ?? ""));
}

/** Node's own functions that lengthen the list of asynchronous callers. */
const bookkeeping = /push|before|runInAsyncScope/i;

/**
 * Empties node's stack of asynchronous callers, which would otherwise be found too long, and node would end. The function
 * that node calls for an error nobody has caught does that; it gets an error that a listener takes.
 */
function forgetAsyncCallers(): void {
  const node = process as unknown as { _fatalException(error: Error): void };
  const isFree = !process.hasUncaughtExceptionCaptureCallback();
  if (isFree) process.setUncaughtExceptionCaptureCallback(() => undefined);
  try {
    node._fatalException(new Error("The cell is ended."));
  } finally {
    if (isFree) process.setUncaughtExceptionCaptureCallback(null);
  }
}
