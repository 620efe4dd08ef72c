import * as fs from "node:fs";
import * as path from "node:path";
import { Worker } from "node:worker_threads";
import { answerQuestion } from "./answerQuestion";
import { createAwaitGate, createCells } from "./cells";
import { createClientQuestions } from "./clientQuestions";
import { createComms } from "./comms";
import { type Compiler, createCompiler } from "./compiler";
import { guardExit } from "./exits";
import { restoreFunctionTexts } from "./functionTexts";
import { offerHalt } from "./halt";
import { offerHost } from "./host";
import { kernelInfo } from "./kernelInfo";
import { createLocalModules } from "./localModules";
import { createOutput } from "./output";
import { createPositions } from "./positions";
import { endChildren } from "./processes";
import { createScope } from "./scope";
import { createSession } from "./session";
import { takeStreams } from "./streams";
import {
  asMachinery,
  type Descriptors,
  type News,
  type Order,
  slot,
  type SocketThreadData,
} from "./threads";
import { guardTimers } from "./timers";
import { createTraces } from "./traces";
import { loadTslabForCells } from "./tslab";
import { loadTypeScript } from "./typescript";
import { guardWriters } from "./writers";

/** Milliseconds that the last output may take when the process ends by itself. */
const farewell = 2000;
/** Milliseconds after which others write though what the cell said is not taken yet. */
const settleMilliseconds = 1000;

/** Starts the kernel in this process. @param connectionFile what Jupyter writes for it */
export function startKernel(connectionFile: string, descriptors: Descriptors): void {
  const folder = process.cwd();
  const packageRoot = path.resolve(__dirname, "../..");
  const memory = new SharedArrayBuffer(Object.keys(slot).length * Int32Array.BYTES_PER_ELEMENT);
  const shared = new Int32Array(memory);
  Atomics.store(shared, slot.machinery, 1);
  const cells = createCells();
  const exit = process.exit.bind(process);
  const sockets = startSockets(exit, {
    connectionFile: path.resolve(connectionFile),
    kernelInfo: kernelInfo(packageRoot),
    shared: memory,
    descriptors,
  });
  let posted = 0;
  const post = (news: News): void => {
    posted = (posted + 1) | 0;
    sockets.postMessage(news);
  };
  /** Waits until the socket thread has taken what was posted, before something else writes. */
  const settle = (): void => {
    const start = performance.now();
    for (;;) {
      const heard = Atomics.load(shared, slot.heard);
      const left = start + settleMilliseconds - performance.now();
      if (heard === posted || left <= 0 || Atomics.load(shared, slot.closed) === 1) break;
      Atomics.wait(shared, slot.heard, heard, left);
    }
    Atomics.store(shared, slot.others, 1);
  };

  const gate = createAwaitGate(cells);
  const output = createOutput(cells, post, shared);
  const file = path.join(folder, "notebook.ts");
  const positions = createPositions(folder, [packageRoot, projectOf(folder)]);
  const machinery = [__dirname + path.sep, path.dirname(require.resolve("tslab"))];
  const traces = createTraces(positions, machinery);
  const texts = restoreFunctionTexts();
  const ts = loadTypeScript();
  const compiler = createCompiler(ts, folder, packageRoot);
  const provided = new Map([["tslab", () => loadTslabForCells(output)]]);
  const { options } = compiler.language;
  const moduleParts = { ts, options, gate, positions, texts, packageRoot, provided };
  const modules = createLocalModules(moduleParts);
  const scope = createScope();
  offerModuleNames(scope.binding, modules.requireFrom(file), file);
  const session = createSession({
    ...{ file, folder, post, shared, cells, compiler, scope, modules },
    ...{ positions, traces, texts, output },
  });
  const questions = createClientQuestions(cells, post);
  const { comms, hear } = createComms(cells, post, session.stop);

  takeStreams(cells, output, questions.ask);
  guardExit(cells, session.stop);
  guardTimers(cells);
  guardWriters(settle);
  offerHost({ cells, output, comms, ask: questions.ask, shared });
  const halt = offerHalt(cells, shared, traces, __dirname + path.sep);
  process.on("uncaughtException", session.stop);
  process.on("unhandledRejection", session.stop);
  process.on("SIGINT", () => post({ type: "signalled" }));

  const shutDown = (): void => {
    endChildren();
    post({ type: "exit" });
  };
  process.on("SIGTERM", shutDown);
  sockets.on("exit", () => exit(0));
  process.on("exit", () => {
    if (Atomics.load(shared, slot.closed) === 1) return;
    shutDown();
    Atomics.wait(shared, slot.closed, 0, farewell);
  });

  const obey = (order: Order): void => {
    switch (order.type) {
      case "execute":
        return session.execute(order);
      case "ask":
        return post({ type: "answer", id: order.id, content: answerQuestion(compiler, order) });
      case "comm":
        Atomics.store(shared, slot.machinery, 0);
        return hear(order);
      case "told":
        return questions.told(order.question, order.value);
      case "interrupt":
        halt.release();
        return session.interrupt(order.cell);
      case "shutdown":
        return shutDown();
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
  warmUp(compiler, shared, () => cells.running !== undefined);
}

function startSockets(exit: (code: number) => void, data: SocketThreadData): Worker {
  const sockets = new Worker(path.join(__dirname, "socketThread.js"), { workerData: data });
  sockets.on("error", (error) => {
    const { log } = data.descriptors;
    // Of an error's class only the text is left on the way from another thread.
    const isMistake = error.stack?.startsWith("InputError") === true;
    const text = `fewscope kernel: ${isMistake ? error.message : (error.stack ?? error.message)}\n`;
    if (log !== undefined) fs.writeSync(log, text);
    // Nobody is left who could send the last output.
    Atomics.store(new Int32Array(data.shared), slot.closed, 1);
    exit(1);
  });
  return sockets;
}

/** What every module of node has of its own. */
function offerModuleNames(
  binding: (name: string) => { first: unknown },
  requireHere: NodeJS.Require,
  file: string,
): void {
  const names = {
    require: requireHere,
    module: { exports: {} },
    exports: {},
    __filename: file,
    __dirname: path.dirname(file),
  };
  for (const [name, value] of Object.entries(names)) binding(name).first = value;
}

/** Prepares the first import of fewscope in small steps, while there is nothing else to do. */
function warmUp(compiler: Compiler, shared: Int32Array, isBusy: () => boolean): void {
  const step = (): void => {
    if (isBusy()) {
      setTimeout(step, 100).unref();
      return;
    }
    if (asMachinery(shared, compiler.warmUp)) setImmediate(step);
  };
  setTimeout(step, 100);
}

/** The nearest folder above that holds a package, or the folder itself. */
function projectOf(folder: string): string {
  for (let above = folder; ; above = path.dirname(above)) {
    if (fs.existsSync(path.join(above, "package.json"))) return above;
    if (above === path.dirname(above)) return folder;
  }
}
