import * as fs from "node:fs";
import * as path from "node:path";
import { Worker } from "node:worker_threads";
import { createAwaitGate, createCells } from "./cells";
import { createCompiler } from "./compiler";
import { answerQuestion } from "./answerQuestion";
import { offerHalt } from "./halt";
import { offerHost } from "./host";
import { kernelInfo } from "./kernelInfo";
import { createLocalModules } from "./localModules";
import { captureStream, createOutput, refuseStandardInput } from "./output";
import { createPositions } from "./positions";
import { createSession } from "./session";
import { type News, type Order, slot, type SocketThreadData } from "./threads";
import { guardTimers } from "./timers";
import { createTraces } from "./traces";
import { loadTslabForCells } from "./tslab";

/*
 * The kernel's process: node launch.js CONNECTION_FILE, started by Jupyter in the notebook's folder.
 */

/** Milliseconds that the last output may take when the process ends. */
const farewell = 2000;

function main(connectionFile: string): void {
  const folder = process.cwd();
  const packageRoot = path.resolve(__dirname, "../..");
  const memory = new SharedArrayBuffer(Object.keys(slot).length * Int32Array.BYTES_PER_ELEMENT);
  const shared = new Int32Array(memory);
  Atomics.store(shared, slot.machinery, 1);
  const data: SocketThreadData = {
    connectionFile: path.resolve(connectionFile),
    kernelInfo: kernelInfo(packageRoot),
    shared: memory,
  };
  const sockets = new Worker(path.join(__dirname, "socketThread.js"), { workerData: data });
  const post = (news: News): void => sockets.postMessage(news);
  sockets.on("error", (error) => {
    fs.writeSync(2, `fewscope kernel: ${error.stack ?? error.message}\n`);
    process.exit(1);
  });
  process.on("exit", () => {
    post({ type: "exit" });
    Atomics.wait(shared, slot.closed, 0, farewell);
  });
  closeStandardInput();

  const cells = createCells();
  const gate = createAwaitGate(cells);
  const output = createOutput(cells, post, shared);
  const projects = [packageRoot, projectOf(folder)];
  const positions = createPositions(folder, projects);
  const traces = createTraces(positions, [
    __dirname + path.sep,
    path.dirname(require.resolve("tslab")),
  ]);
  const provided = new Map([
    [
      "tslab",
      () =>
        loadTslabForCells(({ data: bundle, transient }, update) =>
          output.display(bundle, {
            update,
            ...(transient?.display_id === undefined ? {} : { displayId: transient.display_id }),
          }),
        ),
    ],
  ]);
  const modules = createLocalModules({ gate, positions, packageRoot, provided });
  const compiler = createCompiler(folder, packageRoot, modules.put);
  const session = createSession({
    folder,
    post,
    shared,
    cells,
    compiler,
    modules,
    positions,
    traces,
    output,
    gate,
  });

  captureStream("stdout", cells, output);
  captureStream("stderr", cells, output);
  refuseStandardInput(session.uncaught);
  guardTimers(cells);
  offerHost(cells, output, shared);
  const halt = offerHalt(cells, shared, traces, __dirname + path.sep);
  process.on("uncaughtException", session.uncaught);
  process.on("unhandledRejection", session.uncaught);
  process.on("SIGINT", () => post({ type: "signalled" }));

  const obey = (order: Order): void => {
    switch (order.type) {
      case "execute":
        session.execute(order);
        break;
      case "ask":
        post({
          type: "answer",
          id: order.id,
          content: answerQuestion(compiler, order, session.declarations),
        });
        break;
      case "interrupt":
        halt.release();
        session.interrupt(order.cell);
        break;
      case "shutdown":
        process.exit(0);
    }
  };
  sockets.on("message", (order: Order) => {
    Atomics.store(shared, slot.machinery, 1);
    try {
      obey(order);
    } finally {
      Atomics.store(shared, slot.machinery, 0);
    }
  });
  Atomics.store(shared, slot.machinery, 0);
  post({ type: "ready" });

  /** Prepares the first import of fewscope in small steps, while there is nothing else to do. */
  const warmUp = (): void => {
    if (cells.running !== undefined) {
      setTimeout(warmUp, 100).unref();
      return;
    }
    Atomics.store(shared, slot.machinery, 1);
    const goesOn = compiler.warmUp();
    Atomics.store(shared, slot.machinery, 0);
    if (goesOn) setImmediate(warmUp);
  };
  setTimeout(warmUp, 100);
}

/** What reads the file itself gets its end at once; Jupyter gives a pipe that stays silent for ever. */
function closeStandardInput(): void {
  try {
    fs.closeSync(0);
    fs.openSync(process.platform === "win32" ? "NUL" : "/dev/null", "r");
  } catch {
    // Then reading it waits, as in any program without input.
  }
}

/** The nearest folder above that holds a package, or the folder itself. */
function projectOf(folder: string): string {
  for (let above = folder; ; above = path.dirname(above)) {
    if (fs.existsSync(path.join(above, "package.json"))) return above;
    if (above === path.dirname(above)) return folder;
  }
}

const [, , connectionFile] = process.argv;
if (connectionFile === undefined) {
  fs.writeSync(2, "Got no connection file. Jupyter starts this program; see `fewscope kernel`.\n");
  process.exitCode = 2;
} else main(connectionFile);
