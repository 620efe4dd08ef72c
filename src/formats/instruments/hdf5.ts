import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { checkBudget } from "../../core";
import { damaged } from "../damaged";
import { hdf5Program } from "./hdf5Program";

/** A group or the values of an HDF5 file. */
export interface Hdf5Node {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a group. */
  readonly children?: Readonly<Record<string, Hdf5Node>>;
  /** Of values, row-major. */
  readonly shape?: readonly number[];
  readonly numbers?: Float64Array;
  readonly text?: unknown;
  /** Values that asked for more memory than the file justifies, and were not read. */
  readonly tooLarge?: boolean;
  /** Size of the pieces in which values are packed when they are written. */
  readonly packed?: readonly number[];
}

/** How often it is looked whether the library gets on, in milliseconds. */
const lookEvery = 25;
/**
 * Looks without anything done after which one call of the library is taken to have no end: a second, and a tenth for each MB
 * that it unpacks, five times what it takes.
 */
const mostLooks = { least: 40, each: 2.5e5 };

interface Answer {
  readonly answer?: Hdf5Node;
  readonly refused?: string;
  readonly fatal?: boolean;
}

interface Running {
  readonly worker: Worker;
  /** Settled when the library is there. */
  readonly ready: Promise<void>;
  /** Counts what the library was asked for; and the bytes that the present call is to unpack. */
  readonly beat: Int32Array;
}

let running: Running | undefined;
/** The library as the first that was started has compiled it. */
let compiled: unknown;
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads the groups and values of an HDF5 file with the HDF Group's own library, as WebAssembly, loaded when first needed.
 * @throws InputError if it is damaged
 */
export async function readHdf5(bytes: Uint8Array, file: string): Promise<Hdf5Node> {
  checkBudget(file, 6 * bytes.length);
  const { answer, refused } = await inTemporaryFile(bytes, (place) =>
    ask({ read: place, budget: 4 * bytes.length + 64e6 }, true),
  );
  if (answer !== undefined) return answer;
  throw damaged(file, `it cannot be read as HDF5 (${refused ?? "no answer"})`);
}

/** Writes groups and values as an HDF5 file, and gives its bytes. */
export async function writeHdf5(tree: Hdf5Node): Promise<Uint8Array> {
  return inTemporaryFile(undefined, async (place) => {
    const { refused } = await ask({ write: place, tree }, false);
    if (refused !== undefined) throw new Error(`HDF5: ${refused}`);
    return new Uint8Array(fs.readFileSync(place));
  });
}

/** The library reads and writes files alone. */
async function inTemporaryFile<T>(
  bytes: Uint8Array | undefined,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-hdf5-"));
  try {
    const file = path.join(folder, "data.h5");
    if (bytes !== undefined) fs.writeFileSync(file, bytes);
    return await use(file);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** One task after the other; writing what is our own needs no watching. */
function ask(task: object, watched: boolean): Promise<Answer> {
  const answer = last.then(() => askNow(task, watched));
  last = answer.catch(() => undefined);
  return answer;
}

async function askNow(task: object, watched: boolean): Promise<Answer> {
  running ??= start();
  const { worker, ready, beat } = running;
  worker.ref();
  await ready;
  const { least, each } = mostLooks;
  const patience = (): number => least + Atomics.load(beat, 1) / each;
  return new Promise((resolve) => {
    let [counted, idle] = [Atomics.load(beat, 0), 0];
    const end = (answer: Answer, alive: boolean): void => {
      clearInterval(timer);
      worker.off("message", onMessage);
      worker.off("error", onEnd);
      worker.off("exit", onEnd);
      worker.unref();
      if (!alive) {
        void worker.terminate();
        // The next file need not wait for another.
        running = start();
      }
      resolve(answer);
    };
    const onMessage = (answer: Answer): void => end(answer, answer.fatal !== true);
    const onEnd = (): void => end({ refused: "the library stopped" }, false);
    // Looks are counted and no time, which goes on while a machine sleeps.
    const timer = setInterval(() => {
      const now = Atomics.load(beat, 0);
      idle = now === counted ? idle + 1 : 0;
      counted = now;
      if (watched && idle > patience()) end({ refused: "it has no end" }, false);
    }, lookEvery);
    worker.on("message", onMessage);
    worker.on("error", onEnd);
    worker.on("exit", onEnd);
    worker.postMessage(task);
  });
}

/** The library is a module of the new kind alone, which only an import by address finds from here. */
function libraryAddress(): string {
  const inside = path.join("h5wasm", "dist", "node", "hdf5_hl.js");
  const found = (require.resolve.paths("h5wasm") ?? [])
    .map((folder) => path.join(folder, inside))
    .find((file) => fs.existsSync(file));
  if (found === undefined) throw new Error("h5wasm is not installed: run npm ci");
  return pathToFileURL(found).href;
}

function start(): Running {
  const beat = new SharedArrayBuffer(8);
  const worker = new Worker(hdf5Program, {
    eval: true,
    workerData: { library: libraryAddress(), beat, compiled },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", (first: { readonly compiled: unknown }) => {
      compiled = first.compiled;
      resolve();
    });
    worker.once("error", reject);
  });
  // Whoever waits for it hears of a failure.
  ready.catch(() => undefined);
  worker.unref();
  return { worker, ready, beat: new Int32Array(beat) };
}
