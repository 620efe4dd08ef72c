import * as path from "node:path";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { inspect } from "node:util";
import { type AwaitGate, type Cell, type Cells, interruption } from "./cells";
import { type Compiler, linesAboveCell } from "./compiler";
import { describeMistakes } from "./describeMistakes";
import { createExports } from "./exports";
import { compileBody, type LocalModules } from "./localModules";
import type { Bundle, Output } from "./output";
import type { Positions } from "./positions";
import { type CellError, type ExecuteOrder, type News, slot } from "./threads";
import type { Traces } from "./traces";

/** Milliseconds that code which knows the abort signal gets to end by itself. */
const grace = 1200;
/** Milliseconds for which a cell waits for its timers, if nobody would listen to them after it. */
const timersMilliseconds = 2000;

/** A value can say itself how it is shown, as in other JavaScript kernels. */
const displayMethod = Symbol.for("Jupyter.display");

export interface SessionParts {
  /** The notebook's folder. */
  readonly folder: string;
  readonly post: (news: News) => void;
  readonly shared: Int32Array;
  readonly cells: Cells;
  readonly compiler: Compiler;
  readonly modules: LocalModules;
  readonly positions: Positions;
  readonly traces: Traces;
  readonly output: Output;
  readonly gate: AwaitGate;
}

/** Runs cells in the main thread, one at a time. */
export interface Session {
  execute(order: ExecuteOrder): void;
  /** Declarations of the cells so far, for completion. */
  readonly declarations: string;
  /** Stops the running cell, if it is the one meant. */
  interrupt(id: number | undefined): void;
  /** Takes an error that no code has caught. */
  readonly uncaught: (error: unknown) => void;
}

export function createSession(parts: SessionParts): Session {
  const { cells, compiler, output, positions, post, shared, traces } = parts;
  const file = path.join(parts.folder, "notebook.ts");
  const requireHere = parts.modules.requireFrom(file);
  const { exports, values } = createExports();
  let declarations = "";

  const end = (cell: Cell, error?: CellError): void => {
    if (cells.running !== cell) return;
    cells.running = undefined;
    if (cell.state === "running") cell.state = "ended";
    post({ type: "done", cell: cell.id, ...(error === undefined ? {} : { error }) });
  };
  const fail = (cell: Cell, error: unknown): void => end(cell, traces.describe(error, cell.label));
  /** Ends a cell whose code may still go on; nothing of that is seen. */
  const stop = (cell: Cell, error: unknown): void => {
    if (cells.running !== cell) return;
    const described = traces.describe(error, cell.label);
    cell.state = "stopped";
    cell.controller.abort(error);
    end(cell, described);
  };

  const showResult = async (cell: Cell, order: ExecuteOrder, name?: string): Promise<void> => {
    const value = name === undefined ? undefined : values[name];
    if (name !== undefined) delete values[name];
    if (value === undefined || value === null || order.silent) return;
    const bundle = await bundleOf(value);
    if (cell.state === "running") output.result(cell, order.executionCount, bundle);
  };

  /** After the cell's code: lets promises that nobody caught speak up, and timers where nobody would hear them later. */
  const conclude = (cell: Cell, show: () => Promise<void>): void => {
    const finish = (): void => {
      if (cell.state !== "running") return;
      cells.context.run(cell, show).then(
        () => cell.state === "running" && end(cell),
        (error: unknown) => cell.state === "running" && fail(cell, error),
      );
    };
    setImmediate(() => {
      if (cell.interactive || cell.timers === 0) finish();
      else waitForTimers(cell, finish);
    });
  };

  const run = (cell: Cell, order: ExecuteOrder): void => {
    positions.add(cell.label, { text: order.code, maps: [], linesAbove: 0 });
    const compiled = compiler.compile(order.code, declarations);
    if (Atomics.load(shared, slot.interrupted) === 1) throw interruption(" before it began");
    if (compiled.code === "") {
      declarations = compiled.declarations;
      end(cell);
      return;
    }
    positions.add(cell.label, {
      text: order.code,
      maps: compiled.maps,
      linesAbove: linesAboveCell,
    });
    const body = compileBody(compiled.code, cell.label, true);
    const before = { ...values };
    declarations = compiled.declarations;
    Atomics.store(shared, slot.machinery, 0);
    const done = cells.context.run(cell, () =>
      body(exports, requireHere, undefined, file, parts.folder, parts.gate),
    ) as Promise<void>;
    // A cell that was broken into is ended by the order that follows.
    done.then(
      () =>
        cell.state === "running" &&
        conclude(cell, () => showResult(cell, order, compiled.lastExpression)),
      (error: unknown) => {
        if (cell.state !== "running") return;
        // A declaration that was not reached must not take away the value from before.
        for (const [name, value] of Object.entries(before)) values[name] ??= value;
        if (cell.controller.signal.aborted) stop(cell, error);
        else fail(cell, error);
      },
    );
  };

  return {
    execute: (order) => {
      const cell: Cell = {
        id: order.cell,
        label: order.label,
        interactive: order.interactive,
        controller: new AbortController(),
        state: "running",
        where: "",
        timers: 0,
        onTimersDone: undefined,
      };
      cells.running = cell;
      cells.last = cell;
      Atomics.store(shared, slot.signalTaken, 0);
      try {
        run(cell, order);
      } catch (error) {
        const described = describeMistakes(error, cell.label, positions, parts.folder);
        end(cell, described ?? traces.describe(error, cell.label));
      }
    },
    get declarations() {
      return declarations;
    },
    interrupt: (id) => {
      Atomics.store(shared, slot.interrupted, 0);
      post({ type: "heard" });
      const cell = cells.running;
      if (cell === undefined || cell.id !== id) return;
      const error = interruption(cell.where);
      const knowsSignal = Atomics.load(shared, slot.signalTaken) === 1;
      const isFirst = cell.state === "running" && !cell.controller.signal.aborted;
      cell.controller.abort(error);
      if (knowsSignal && isFirst) setTimeout(() => stop(cell, error), grace).unref();
      else stop(cell, error);
    },
    uncaught: (error) => {
      const cell = cells.context.getStore() ?? cells.running ?? cells.last;
      if (cell === undefined || cell.state === "stopped") return;
      if (cell === cells.running) stop(cell, error);
      else output.write("stderr", cell, traces.describeLate(error, cell.label));
    },
  };
}

function waitForTimers(cell: Cell, done: () => void): void {
  const finish = (): void => {
    cell.onTimersDone = undefined;
    clearTimeout(limit);
    done();
  };
  const limit = setTimeout(finish, timersMilliseconds);
  cell.onTimersDone = () =>
    setImmediate(() => {
      if (cell.timers === 0 && cell.onTimersDone !== undefined) finish();
    });
}

async function bundleOf(value: unknown): Promise<Bundle> {
  if (typeof value === "object" && value !== null && displayMethod in value) {
    const method = (value as Record<symbol, unknown>)[displayMethod];
    if (typeof method === "function") return (await method.call(value)) as Bundle;
  }
  return { "text/plain": inspect(value) };
}
