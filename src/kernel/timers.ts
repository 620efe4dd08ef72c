import { promisify } from "node:util";
import type { Cell, Cells } from "./cells";

type Callback = (...parameters: unknown[]) => unknown;
type Start = (callback: Callback, ...rest: unknown[]) => NodeJS.Timeout | NodeJS.Immediate;

/**
 * Lets timers know their cell: a stopped cell starts no new ones and its intervals end; those that wait once are counted,
 * so that a client which stops listening at the end of a cell still gets what they print.
 */
export function guardTimers(cells: Cells): void {
  replaceTimer("setTimeout", (start, callback, rest) => once(cells, start, callback, rest));
  replaceTimer("setImmediate", (start, callback, rest) => once(cells, start, callback, rest));
  replaceTimer("setInterval", (start, callback, rest) => {
    const cell = cells.context.getStore();
    const timer: NodeJS.Timeout | NodeJS.Immediate = start(
      (...parameters) =>
        nextTick(() => {
          if (cell?.state === "stopped") clearInterval(timer as NodeJS.Timeout);
          else callback(...parameters);
        }),
      ...rest,
    );
    return timer;
  });
  guardNow("queueMicrotask", globalThis, cells);
  guardNow("nextTick", process, cells);
  const clear = globalThis.clearTimeout;
  globalThis.clearTimeout = (timer) => {
    forget(timer);
    clear(timer);
  };
  const clearNow = globalThis.clearImmediate;
  globalThis.clearImmediate = (timer) => {
    forget(timer);
    clearNow(timer);
  };
}

/**
 * Runs a callback behind node's own function that goes through the timers, at the place between two of them where node lets
 * promises run. Code that is ended within that function leaves node's list in a state in which it fails again and again.
 */
const nextTick = process.nextTick.bind(process);

/** The cell of each timer that is still to fire. */
const waiting = new WeakMap<object, Cell>();

function once(
  { context }: Cells,
  start: Start,
  callback: Callback,
  rest: unknown[],
): ReturnType<Start> {
  const cell = context.getStore();
  if (cell === undefined) return start(callback, ...rest);
  if (cell.state === "stopped") return inert();
  const timer = start(
    (...parameters) =>
      nextTick(() => {
        try {
          if (cell.state !== "stopped" || isBuiltIn(callback)) callback(...parameters);
        } finally {
          forget(timer);
        }
      }),
    ...rest,
  );
  waiting.set(timer, cell);
  cell.timers += 1;
  return timer;
}

/** A promise's own `resolve` does no harm, and what awaits the promise gets to its `finally`. */
function isBuiltIn(callback: Callback): boolean {
  return Function.prototype.toString.call(callback).endsWith("{ [native code] }");
}

/** A timer that never fires. */
function inert(): NodeJS.Timeout {
  const timer = setTimeout(() => undefined);
  clearTimeout(timer);
  return timer;
}

function forget(timer: unknown): void {
  if (typeof timer !== "object" || timer === null) return;
  const cell = waiting.get(timer);
  if (cell === undefined) return;
  waiting.delete(timer);
  cell.timers -= 1;
  if (cell.timers === 0) cell.onTimersDone?.();
}

function replaceTimer(
  name: "setTimeout" | "setImmediate" | "setInterval",
  replacement: (start: Start, callback: Callback, rest: unknown[]) => ReturnType<Start>,
): void {
  const original = globalThis[name] as Start;
  const guarded = (callback: unknown, ...rest: unknown[]): unknown =>
    // What is no function is left to the original, which says so.
    typeof callback === "function"
      ? replacement(original, callback as Callback, rest)
      : original(callback as Callback, ...rest);
  const promised = Object.getOwnPropertyDescriptor(original, promisify.custom);
  if (promised !== undefined) Object.defineProperty(guarded, promisify.custom, promised);
  Object.defineProperty(guarded, "name", { value: name });
  Object.assign(globalThis, { [name]: guarded });
}

/** What runs before any timer could otherwise keep itself alive for ever. */
function guardNow<Name extends string>(
  name: Name,
  owner: Record<Name, (callback: never, ...rest: never[]) => void>,
  { context }: Cells,
): void {
  const original = owner[name];
  const guarded = (callback: never, ...rest: never[]): void => {
    if (context.getStore()?.state !== "stopped") original.call(owner, callback, ...rest);
  };
  Object.defineProperty(guarded, "name", { value: name });
  owner[name] = guarded;
}
