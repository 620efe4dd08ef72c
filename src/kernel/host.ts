import { setMaxListeners } from "node:events";
import type { Bundle } from "./bundle";
import { type Cells, currentCell } from "./cells";
import type { ClientQuestions } from "./clientQuestions";
import type { Comms } from "./comms";
import type { Output } from "./output";
import { slot } from "./threads";

/** Where code finds the kernel that it runs in: `globalThis[hostSymbol]`. */
export const hostSymbol: unique symbol = Symbol.for("fewscope.kernel") as never;

/** What the kernel offers to libraries that a cell calls. */
export interface KernelHost {
  /**
   * Sends one output in several forms, by MIME type: plain JSON, text, or bytes, which are sent as base64. With
   * `displayId` it can be replaced later, by a call with the same id and `update`.
   */
  display(bundle: Bundle, options?: { displayId?: string; update?: boolean }): void;
  /** Clears what the cell has shown; with `wait` only when something new is shown. */
  clear(wait?: boolean): void;
  /** Asks the person in front of the notebook for a line; rejects where nobody can be asked. */
  readonly ask: ClientQuestions["ask"];
  /** Lines to the front end, on which widgets are built. */
  readonly comms: Comms;
  /** Whether somebody sits in front of the notebook; not so where a program runs it from top to bottom. */
  readonly interactive: boolean;
  /** Aborted when the cell that this code runs for is interrupted. Work that asks for it gets time to end by itself. */
  readonly signal: AbortSignal;
}

export interface HostParts {
  readonly cells: Cells;
  readonly output: Output;
  readonly comms: Comms;
  readonly ask: ClientQuestions["ask"];
  readonly shared: Int32Array;
}

/** Puts the host where libraries look for it. */
export function offerHost({ cells, output, comms, ask, shared }: HostParts): void {
  const never = new AbortController().signal;
  const host: KernelHost = {
    display: output.display,
    clear: (wait = false) => output.clear(wait),
    ask,
    comms,
    get interactive() {
      return currentCell(cells)?.interactive ?? false;
    },
    get signal() {
      const cell = currentCell(cells);
      if (cell === undefined) return never;
      if (cell === cells.running) Atomics.store(shared, slot.signalTaken, 1);
      setMaxListeners(0, cell.controller.signal);
      return cell.controller.signal;
    },
  };
  Object.defineProperty(globalThis, hostSymbol, { value: Object.freeze(host) });
}
