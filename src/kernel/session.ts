import * as path from "node:path";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { bundleOf, encodeBundle } from "./bundle";
import { type Cell, type Cells, interruption, newCell } from "./cells";
import type { Compiler } from "./compiler";
import { describeMistakes } from "./describeMistakes";
import { moduleGiven, nameAskedFor, page } from "./cellWords";
import type { FunctionTexts } from "./functionTexts";
import { inspectCode } from "./inspectCode";
import type { LocalModules } from "./localModules";
import type { Output } from "./output";
import type { Positions } from "./positions";
import { prepareCell, type ReadyCell } from "./runCell";
import type { Scope } from "./scope";
import { asMachinery, type CellError, type ExecuteOrder, type News, slot } from "./threads";
import type { Traces } from "./traces";

/** Milliseconds that code which knows the abort signal gets to end by itself. */
const grace = 1200;
/** Milliseconds for which a cell waits for its timers, if nobody would listen to them after it. */
const timersMilliseconds = 2000;

export interface SessionParts {
  /** Where the cells would be if they were a file. */
  readonly file: string;
  readonly folder: string;
  readonly post: (news: News) => void;
  readonly shared: Int32Array;
  readonly cells: Cells;
  readonly compiler: Compiler;
  readonly scope: Scope;
  readonly modules: LocalModules;
  readonly positions: Positions;
  readonly traces: Traces;
  readonly texts: FunctionTexts;
  readonly output: Output;
}

/** Runs cells in the main thread, one at a time. */
export interface Session {
  execute(order: ExecuteOrder): void;
  /** Stops the running cell, if it is the one meant. */
  interrupt(id: number | undefined): void;
  /** Ends the cell that the code which runs now belongs to; where it has ended before, tells of the error beside it. */
  readonly stop: (error: unknown) => void;
}

export function createSession(parts: SessionParts): Session {
  const { cells, compiler, output, positions, post, scope, shared, texts, traces } = parts;

  const describe = (error: unknown, label: string): CellError =>
    describeMistakes(error, label, positions, parts.folder) ?? traces.describe(error, label);

  const end = (cell: Cell, error?: CellError, more: Partial<Outcome> = {}): void => {
    if (cells.running !== cell) return;
    cells.running = undefined;
    if (cell.state === "running") cell.state = "ended";
    cell.settle?.(error !== undefined);
    post({
      type: "done",
      cell: cell.id,
      ...(error === undefined ? {} : { error }),
      ...more,
    });
  };
  /** Ends a cell whose code may still go on; nothing of that is seen. */
  const stop = (cell: Cell, error: unknown): void => {
    if (cells.running !== cell) return;
    const described = describe(error, cell.label);
    cell.state = "stopped";
    cell.controller.abort(error);
    end(cell, described);
  };

  const prepare = (code: string, cell: Cell, label: string): ReadyCell =>
    asMachinery(shared, () => {
      positions.add(label, { text: code });
      const compiled = compiler.compile(code, scope.has);
      positions.add(label, { text: code, back: compiled.back });
      texts.add(compiled.code.spans);
      let ready: ReadyCell | undefined;
      cell.settle = (failed) =>
        asMachinery(shared, () => {
          const all = new Set(compiled.names);
          compiled.settle(failed ? (ready?.unreached() ?? all) : new Set());
          cell.settle = undefined;
        });
      return (ready = prepareCell(compiled, label, parts.file, scope, parts.modules));
    });

  /** What a client asked to know after the cell, each answer on its own. */
  const evaluate = async (
    expressions: Readonly<Record<string, string>>,
    by: Cell,
  ): Promise<object> => {
    const answers: Record<string, object> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const label = `${by.label}, ${name}`;
      const cell = newCell({ ...by, label });
      try {
        const value = await prepare(code, cell, label).run();
        cell.settle?.(false);
        answers[name] = { status: "ok", data: encodeBundle(await bundleOf(value)), metadata: {} };
      } catch (error) {
        cell.settle?.(true);
        answers[name] = { status: "error", ...describe(error, label) };
      }
    }
    return answers;
  };

  const finish = async (cell: Cell, order: ExecuteOrder, value: unknown): Promise<void> => {
    if (value !== undefined && value !== null && !order.silent) {
      const bundle = await bundleOf(value);
      if (cell.state === "running") output.result(cell, order.executionCount, bundle);
    }
    cell.settle?.(false);
    const expressions = await evaluate(order.expressions, cell);
    if (cell.state === "running") end(cell, undefined, { expressions });
  };

  const fail = (cell: Cell, error: unknown): void => {
    if (cell.state !== "running") return;
    if (cell.controller.signal.aborted) stop(cell, error);
    // The order to stop is on its way: this is the child that was ended for it, or something else of the kind.
    else if (Atomics.load(shared, slot.interrupted) === 1) stop(cell, interruption(cell.where));
    else end(cell, describe(error, cell.label));
  };

  const run = (cell: Cell, order: ExecuteOrder): void => {
    const name = nameAskedFor(order.code);
    if (name !== undefined) {
      end(cell, undefined, { payload: [page(inspectCode(compiler, name, name.length))] });
      return;
    }
    const given = moduleGiven(order.code);
    if (given !== undefined) {
      const file = path.join(parts.folder, `${given}.ts`);
      compiler.language.set(file, order.code);
      parts.modules.provide(file, order.code);
      end(cell);
      return;
    }
    const ready = prepare(order.code, cell, cell.label);
    if (Atomics.load(shared, slot.interrupted) === 1) throw interruption(" before it began");
    Atomics.store(shared, slot.machinery, 0);
    // A cell that was broken into is ended by the order that follows.
    const failed = (error: unknown): void => fail(cell, error);
    cells.context
      .run(cell, () => ready.run())
      .then((value) => {
        // Promises that nobody caught speak up first.
        setImmediate(() => {
          const conclude = (): void => {
            if (cell.state === "running")
              void cells.context.run(cell, () => finish(cell, order, value).catch(failed));
          };
          if (cell.interactive || cell.timers === 0) conclude();
          else waitForTimers(cell, conclude);
        });
      }, failed);
  };

  return {
    execute: (order) => {
      const cell = newCell({ ...order, id: order.cell });
      cells.running = cell;
      cells.last = cell;
      Atomics.store(shared, slot.signalTaken, 0);
      try {
        run(cell, order);
      } catch (error) {
        end(cell, describe(error, cell.label));
      }
    },
    interrupt: (id) => {
      Atomics.store(shared, slot.interrupted, 0);
      post({ type: "heard", cell: id });
      const cell = cells.running;
      if (cell === undefined || cell.id !== id) return;
      const error = interruption(cell.where);
      const knowsSignal = Atomics.load(shared, slot.signalTaken) === 1;
      const isFirst = cell.state === "running" && !cell.controller.signal.aborted;
      cell.controller.abort(error);
      if (knowsSignal && isFirst) setTimeout(() => stop(cell, error), grace).unref();
      else stop(cell, error);
    },
    stop: (error) => {
      const cell = cells.context.getStore() ?? cells.running ?? cells.last;
      if (cell === undefined || cell.state === "stopped") return;
      if (cell === cells.running) stop(cell, error);
      else output.write("stderr", cell, traces.describeLate(error, cell.label));
    },
  };
}

type Outcome = Extract<News, { readonly type: "done" }>;

/** Gives timers their time where nobody would hear them later. */
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
