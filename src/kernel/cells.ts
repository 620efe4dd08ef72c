import { AsyncLocalStorage } from "node:async_hooks";

/** A cell that was started. Everything it begins, timers and promises too, belongs to it for good. */
export interface Cell {
  readonly id: number;
  /** Its name in traces. */
  readonly label: string;
  /** False if the client stops listening when the cell ends. */
  readonly interactive: boolean;
  readonly controller: AbortController;
  /** `stopped` is the end of an interrupted cell: nothing it does later is seen. */
  state: "running" | "ended" | "stopped";
  /** Where its code was when it was broken into, for the message. */
  where: string;
  /** Timers that are still to fire. */
  timers: number;
  /** Called when the last timer has fired. */
  onTimersDone: (() => void) | undefined;
  /** Called when the cell has ended, and whether it has failed. */
  settle: ((failed: boolean) => void) | undefined;
}

/** A cell that is about to run. */
export function newCell({
  id,
  label,
  interactive,
}: Pick<Cell, "id" | "label" | "interactive">): Cell {
  return {
    id,
    label,
    interactive,
    controller: new AbortController(),
    state: "running",
    where: "",
    timers: 0,
    onTimersDone: undefined,
    settle: undefined,
  };
}

/** Knows which code belongs to which cell. */
export interface Cells {
  readonly context: AsyncLocalStorage<Cell>;
  /** The cell that runs now. */
  running: Cell | undefined;
  /** The cell that ran last. */
  last: Cell | undefined;
}

export function createCells(): Cells {
  return { context: new AsyncLocalStorage(), running: undefined, last: undefined };
}

/** The cell that the code which runs now belongs to; code of unknown origin belongs to the newest cell. */
export function currentCell({ context, running, last }: Cells): Cell | undefined {
  return context.getStore() ?? running ?? last;
}

/** The cell under which output is shown now; undefined if it is not to be seen. */
export function cellForOutput(cells: Cells): Cell | undefined {
  const cell = currentCell(cells);
  if (cell === undefined || cell.state === "stopped") return undefined;
  const { running } = cells;
  const unheard = cell.state === "ended" && running?.interactive === false;
  return unheard ? running : cell;
}

/** What an interrupted cell fails with. */
export function interruption(where = ""): Error {
  const error = new Error(`The cell was interrupted${where}. Its variables are kept.`);
  error.name = "Interrupted";
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** Called at each `await` of a cell's own code and of local modules. */
export interface AwaitGate {
  /** Before: an await that begins after its cell was stopped never ends. */
  readonly enter: (value: unknown) => unknown;
  /** After: one that began before ends with the interruption, so that `finally` blocks run. */
  readonly leave: <T>(value: T) => T;
}

/** Ends the asynchronous code of stopped cells, which JavaScript itself cannot. */
export function createAwaitGate({ context }: Cells): AwaitGate {
  const isStopped = (): boolean => context.getStore()?.state === "stopped";
  return {
    enter: (value) => (isStopped() ? new Promise(() => undefined) : value),
    leave: (value) => {
      if (isStopped()) throw interruption();
      return value;
    },
  };
}
