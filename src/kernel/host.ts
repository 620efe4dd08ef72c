import { setMaxListeners } from "node:events";
import { type Cells, currentCell } from "./cells";
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
  display(
    bundle: Readonly<Record<string, unknown>>,
    options?: { displayId?: string; update?: boolean },
  ): void;
  /** Aborted when the cell that this code runs for is interrupted. Work that asks for it gets time to end by itself. */
  readonly signal: AbortSignal;
}

/** Puts the host where libraries look for it. */
export function offerHost(cells: Cells, output: Output, shared: Int32Array): void {
  const never = new AbortController().signal;
  const host: KernelHost = {
    display: output.display,
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
