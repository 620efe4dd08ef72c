import * as path from "node:path";
import {
  printed,
  root,
  startKernel,
  type CellRun,
  type KernelClient,
} from "../kernel/jupyterClient";

/*
 * Times the kernel beside stock tslab, one after the other on the same machine; one JSON line. Times are milliseconds.
 *
 *   node --import tsx test/bench/kernel.ts [fewscope|tslab]    with a name, only that one's start to the first result
 */

/** What one kernel did. */
interface Times {
  /** From the start of the process to the result of the first cell. */
  readonly firstResult: number;
  /** The first cell that imports fewscope; null if the kernel cannot. */
  readonly importFewscope: number | null;
  /** A cell `1 + 1`, median of many. */
  readonly trivialCell: number;
  /** 20 000 lines in a loop; null if the kernel did not come to an end with it. */
  readonly lines: number | null;
  /** How many of them arrived. */
  readonly linesArrived: number;
}

const trivialCells = 21;
const lineCount = 20_000;
/** Milliseconds after which a cell counts as lost. */
const patience = 15_000;
const since = (start: number): number => Math.round(performance.now() - start);

/** Runs a cell; undefined if it fails, or if the kernel never says that it has ended. */
async function finished(kernel: KernelClient, code: string): Promise<CellRun | undefined> {
  const limit = new AbortController();
  const late = new Promise<undefined>((resolve) => {
    const timer = setTimeout(resolve, patience);
    limit.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  const run = await Promise.race([kernel.execute(code), late]);
  limit.abort();
  return run?.reply["status"] === "ok" ? run : undefined;
}

async function time(start: () => Promise<KernelClient>): Promise<Times> {
  const began = performance.now();
  const kernel = await start();
  try {
    await kernel.execute("1 + 1");
    const firstResult = since(began);
    // As a user does, who reads before the next cell.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const importBegan = performance.now();
    const code = 'import { core } from "fewscope";\ncore.createRng(1).uniform()';
    const imported = await finished(kernel, code);
    const importFewscope = imported === undefined ? null : since(importBegan);
    // After a failed cell stock tslab drops all cells for 200 ms.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const trivial: number[] = [];
    for (let i = 0; i < trivialCells; i++) {
      const cellBegan = performance.now();
      const { reply } = await kernel.execute("1 + 1");
      if (reply["status"] !== "ok") throw new Error("A trivial cell failed.");
      trivial.push(since(cellBegan));
    }
    const linesBegan = performance.now();
    const before = kernel.messages.length;
    const ended = await finished(
      kernel,
      `for (let i = 0; i < ${lineCount}; i++) console.log("line " + i);`,
    );
    const lines = ended === undefined ? null : since(linesBegan);
    const messages = kernel.messages.slice(before);
    const linesArrived = printed({ reply: {}, messages }).split("\n").length - 1;
    const trivialCell = trivial.sort((a, b) => a - b)[trivialCells >> 1] ?? 0;
    return { firstResult, importFewscope, trivialCell, lines, linesArrived };
  } finally {
    await kernel.stop();
  }
}

const stock = path.join(root, "node_modules", "tslab", "bin", "tslab");

const kernels = {
  fewscope: () => startKernel(root),
  tslab: () => startKernel(root, (file) => [stock, "kernel", `--config-path=${file}`]),
} as const satisfies Record<string, () => Promise<KernelClient>>;

/** Milliseconds from the start of the process to the result of the first cell. */
async function timeStart(start: () => Promise<KernelClient>): Promise<number> {
  const began = performance.now();
  const kernel = await start();
  try {
    await kernel.execute("1 + 1");
    return since(began);
  } finally {
    await kernel.stop();
  }
}

async function main(): Promise<void> {
  const [only] = process.argv.slice(2);
  if (only === "fewscope" || only === "tslab") {
    console.log(JSON.stringify({ milliseconds: await timeStart(kernels[only]) }));
    return;
  }
  const fewscope = await time(kernels.fewscope);
  const tslab = await time(kernels.tslab);
  console.log(JSON.stringify({ bench: "kernel", fewscope, tslab, node: process.version }));
}

void main();
