import { defined } from "../../src/core";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import type { Cell, Notebook } from "./notebook";

/** The project's root. */
export const project = path.resolve(__dirname, "..", "..");
export const notebooksFolder = path.join(project, "notebooks");

/** Names of all notebooks, in order, without their endings. */
export const notebookNames: readonly string[] = fs
  .readdirSync(notebooksFolder)
  .filter((file) => file.endsWith(".ipynb"))
  .map((file) => path.basename(file, ".ipynb"))
  .sort();

export const notebookFile = (name: string): string => path.join(notebooksFolder, `${name}.ipynb`);

export function readNotebook(file: string): Notebook {
  return JSON.parse(fs.readFileSync(file, "utf8")) as Notebook;
}

/** A Python with Jupyter, and the environment in which it finds the kernel of this checkout. */
export interface Jupyter {
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
}

/** As `npm run lab` does: installs JupyterLab into the cache if it is not there. @throws Problem in one sentence */
export async function prepareJupyter(): Promise<Jupyter> {
  const lab = createRequire(__filename)(path.join(project, "src", "runtime", "lab.js")) as {
    prepareJupyter: () => Promise<Jupyter>;
  };
  return lab.prepareJupyter();
}

/** Where the real data lies, if it does. */
export function dataFolder(): string | undefined {
  const folder = process.env["FEWSCOPE_DATA"] ?? path.join(project, "..", "shared", "data");
  return fs.existsSync(folder) ? path.resolve(folder) : undefined;
}

/** A notebook that was run, what the run said, and whether it came to its end. */
export interface NotebookRun {
  readonly notebook: Notebook;
  readonly log: string;
  readonly ok: boolean;
}

/**
 * Runs a notebook of the project from top to bottom on our kernel; the file itself stays as it is. With `solutions` the answers of its exercises run
 * too, each behind its exercise.
 */
export async function runNotebook(
  name: string,
  jupyter: Jupyter,
  { fast, solutions = false }: { fast: boolean; solutions?: boolean },
): Promise<NotebookRun> {
  const words = ["fewscope", ...(solutions ? ["solutions"] : [])];
  return execute(notebookFile(name), jupyter, words, { FEWSCOPE_FAST: fast ? "1" : "" });
}

/** Whether a cell of a notebook that was run stands only in the answer of an exercise. */
export const isSolution = ({ id }: Cell): boolean => id.startsWith("solution-");

/**
 * The same with the kernel of tslab itself, in short. That one finds fewscope where packages are installed, and not by its own
 * name, so the notebook is run beside an installed fewscope.
 */
export async function runOnStockKernel(name: string, jupyter: Jupyter): Promise<NotebookRun> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-stock-"));
  try {
    fs.mkdirSync(path.join(folder, "node_modules"));
    fs.symlinkSync(project, path.join(folder, "node_modules", "fewscope"));
    const file = path.join(folder, `${name}.ipynb`);
    fs.copyFileSync(notebookFile(name), file);
    const tslab = path.join(project, "node_modules", "tslab", "bin", "tslab");
    const spec = {
      argv: [process.execPath, tslab, "kernel", "--config-path={connection_file}"],
      display_name: "TypeScript",
      language: "typescript",
    };
    const kernel = path.join(folder, "kernels", "tslab-stock");
    fs.mkdirSync(kernel, { recursive: true });
    fs.writeFileSync(path.join(kernel, "kernel.json"), JSON.stringify(spec));
    return await execute(file, jupyter, ["tslab-stock"], {
      FEWSCOPE_FAST: "1",
      JUPYTER_PATH: folder,
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function execute(
  file: string,
  { python, env }: Jupyter,
  words: readonly string[],
  more: NodeJS.ProcessEnv,
): Promise<NotebookRun> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-notebook-"));
  const result = path.join(folder, "result.ipynb");
  const data = dataFolder();
  const child = spawn(python, [path.join(__dirname, "execute.py"), file, result, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...env,
      NODE_OPTIONS: "",
      // One number of threads for the committed numbers.
      TF_NUM_INTRAOP_THREADS: "2",
      TF_NUM_INTEROP_THREADS: "1",
      ...defined({ FEWSCOPE_DATA: data }),
      ...more,
    },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (log += text.toString()));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (!fs.existsSync(result)) throw new Error(`${file} could not be run: ${log}`);
    return { notebook: readNotebook(result), log, ok: code === 0 };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
