import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeNpz } from "../../src/formats";
import { parsePlan, type Plan } from "../../src/study";
import { stripes } from "./fixtures";

/** The images of the small study. */
export const stripesSet = stripes({ perClass: 24, size: 8 });

/** A plan with every kind of method, small enough for seconds; its images lie in a folder. */
export function stripesPlan(folder: string, changes: object = {}): Plan {
  const simclr = {
    simclr: {
      epochs: 3,
      batchSize: 16,
      views: "grey",
      encoder: { resnet: { depth: 8, width: 4 } },
    },
  };
  return parsePlan({
    name: "stripes",
    data: {
      npz: path.join(folder, "set.npz"),
      images: "images",
      labels: "labels",
      groups: "groups",
      classNames: stripesSet.classNames,
    },
    split: { test: 0.25 },
    labelsPerClass: [1, 3],
    draws: 2,
    seed: 1,
    threads: 2,
    methods: [
      { name: "SimCLR + logistic", pretrain: simclr, classify: { logisticRegression: {} } },
      {
        name: "SimCLR + fine-tuning",
        pretrain: simclr,
        classify: { fineTune: { epochs: 1, minSteps: 3 } },
      },
      { name: "pixels", pretrain: { pixels: {} }, classify: { nearestNeighbours: {} } },
      { name: "components", pretrain: { pixels: { components: 3 } }, classify: { prototypes: {} } },
    ],
    ...changes,
  });
}

/** Writes the images with these labels. */
export function writeStripes(file: string, labels: Int32Array = stripesSet.labels): void {
  const n = stripesSet.ids.length;
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const arrays = {
    images: { shape: [n, 8, 8, 1], data: stripesSet.pixels.read(all) },
    labels: { shape: [n], data: labels },
    groups: { shape: [n], data: all.map((i) => Math.floor(i / 5)) },
  };
  fs.writeFileSync(file, writeNpz(arrays));
}

/** Every file of a study's folder that must not differ between runs, by name. */
export function lastingFiles(
  out: string,
  folders: readonly string[] = ["records", "losses"],
): Record<string, string> {
  return Object.fromEntries(
    folders.flatMap((name) =>
      fs.readdirSync(path.join(out, name)).map((file) => {
        const where = path.join(out, name, file);
        return [`${name}/${file}`, fs.readFileSync(where, "utf8")] as const;
      }),
    ),
  );
}

/** Starts the command line on words of its own, with every step in a checkpoint. */
export function startCli(
  words: readonly string[],
  stdio: "ignore" | "pipe" = "ignore",
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  const main = path.join(__dirname, "..", "..", "src", "cli", "main.ts");
  return spawn(process.execPath, ["--import", "tsx", main, ...words], { stdio, env });
}

/** Exit code or signal of a process, and what it printed. */
export function ended(
  child: ChildProcess,
): Promise<{ readonly code: number | string | null; readonly text: string }> {
  let text = "";
  child.stdout?.on("data", (part: Buffer) => (text += part.toString()));
  child.stderr?.on("data", (part: Buffer) => (text += part.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, text }));
  });
}

/** Runs a plan's study by the command line; kills it without warning as soon as `until` says so. Gives exit code or signal. */
export async function runStudy(
  file: string,
  out: string,
  until?: () => boolean,
  words: readonly string[] = [],
): Promise<number | string | null> {
  const child = startCli(["study", file, "--out", out, "--checkpoint-seconds", "0", ...words]);
  const watch = setInterval(() => {
    if (until?.() === true) child.kill("SIGKILL");
  }, 2);
  try {
    return (await ended(child)).code;
  } finally {
    clearInterval(watch);
  }
}
