import type { Request } from "./wire";

/** A cell that waits or runs. */
export interface QueuedCell {
  /** Unique in this kernel's life. */
  readonly id: number;
  readonly request: Request;
  readonly code: string;
  readonly silent: boolean;
  readonly executionCount: number;
  /** Whether it has a place in the history. */
  readonly counts: boolean;
  /** Cells behind this one are dropped if it fails. */
  readonly stopOnError: boolean;
}

/** Runs cells one after the other and drops those behind a failed one, as Jupyter's `stop_on_error` says. */
export interface CellQueue {
  readonly add: (request: Request) => void;
  /** The main thread can take cells from now on. */
  readonly open: () => void;
  /** The running cell has ended; `report` tells the client before anything else happens. */
  end(failed: boolean, report: (cell: QueuedCell) => void): void;
  readonly running: QueuedCell | undefined;
}

/**
 * @param run starts a cell
 * @param drop tells a client that its cell is not run
 * @param nextId a number that nothing else has, for this request
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
 */
export function createCellQueue(
  run: (cell: QueuedCell) => void,
  drop: (request: Request) => void,
  nextId: (request: Request) => number,
): CellQueue {
  const waiting: Request[] = [];
  let running: QueuedCell | undefined;
  let open = false;
  let executionCount = 0;

  const next = (): void => {
    if (!open || running !== undefined) return;
    const request = waiting.shift();
    if (request === undefined) return;
    const { code, silent, store_history, stop_on_error } = request.content;
    const counts = silent !== true && store_history !== false;
    if (counts) executionCount += 1;
    running = {
      id: nextId(request),
      request,
      code: typeof code === "string" ? code : "",
      silent: silent === true,
      executionCount,
      counts,
      stopOnError: stop_on_error !== false,
    };
    run(running);
  };

  return {
    add: (request) => {
      waiting.push(request);
      next();
    },
    open: () => {
      open = true;
      next();
    },
    end: (failed, report) => {
      const ended = running;
      if (ended === undefined) return;
      running = undefined;
      report(ended);
      if (failed && ended.stopOnError) for (const request of waiting.splice(0)) drop(request);
      next();
    },
    get running() {
      return running;
    },
  };
}
