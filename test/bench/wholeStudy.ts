/*
 * A whole label-efficiency study, here and scripted with lightly, PyTorch and scikit-learn, one after the other: CIFAR-10, 500 images a class to learn from
 * and 200 for the test, ResNet-18 of width 8; SimCLR for 30 epochs, logistic regression at 7 budgets x 5 draws on its features and on pixels, six trainings
 * of 300 steps from scratch, both with AdamW to 0.01 and shifts and mirrors.
 *
 *   FEWSCOPE_DATA=FOLDER node --import tsx test/bench/wholeStudy.ts [PYTHON] [--seeds 1] [--precision mixed] [--quick]
 *
 * PYTHON is that of a throw-away environment as `peers/study.py` says. Needs a quiet machine and `npm run build`. One JSON line for each study; --quick only
 * shows that both run.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { checkOneOf, InputError, precisions, type Precision } from "../../src/core";
import { readTimings } from "../../src/study";
import { cifarZip } from "./cifarZip";
import { lastLine, printed } from "./peer";

/** A study that ran: its seconds, and what it found. */
interface Told {
  readonly by: string;
  readonly seed: number;
  /** Of each part. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly total: number;
  /** The largest of its processes, in MiB. */
  readonly peakMemory?: number;
  /** Balanced accuracy by method and labels of each class. */
  readonly accuracy: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const project = path.join(__dirname, "..", "..");
const zip = cifarZip();

const shared = {
  data: { zip, firstPerClass: { train: 500, test: 200 }, keepsClass: ["mirrorX"] },
  defaults: { encoder: { resnet: { depth: 18, width: 8 } } },
};
const logistic = { logisticRegression: {} };

/** What the command line asks for. */
interface Wanted {
  readonly quick: boolean;
  /** Of ours; the script's is 32 bits. */
  readonly precision: Precision;
}

/** The study in two plans, since training from scratch has other budgets: words of the command line beside each. */
const plans = (
  seed: number,
  { quick, precision }: Wanted,
): readonly (readonly [string, object, readonly string[]])[] => [
  [
    "probes",
    {
      ...shared,
      precision,
      name: "probes",
      seed,
      threads: 2,
      labelsPerClass: [1, 2, 5, 10, 20, 50, 100],
      draws: 5,
      methods: [
        { name: "SimCLR", pretrain: { simclr: { epochs: quick ? 1 : 30 } }, classify: logistic },
        { name: "pixels", pretrain: { pixels: {} }, classify: logistic },
      ],
    },
    // The pretraining has both cores; heads, of which each takes one, go beside it.
    ["--workers", "2"],
  ],
  [
    "scratch",
    {
      ...shared,
      precision,
      name: "scratch",
      seed,
      threads: 1,
      labelsPerClass: [1, 10, 100],
      draws: 2,
      methods: [
        {
          name: "from scratch",
          pretrain: { none: {} },
          classify: { fineTune: { steps: quick ? 10 : 300, learningRate: 0.01 } },
        },
      ],
    },
    ["--workers", "2"],
  ],
];

/** Runs it here in a new folder: seconds of each plan by the clock, start of the program included, and balanced accuracy by method and budget. */
function ours(seed: number, wanted: Wanted): Told {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-whole-"));
  try {
    const seconds: Record<string, number> = {};
    const accuracy: Record<string, Record<string, number>> = {};
    const peaks: number[] = [];
    for (const [name, plan, words] of plans(seed, wanted)) {
      const file = path.join(folder, `${name}.json`);
      const out = path.join(folder, name);
      fs.writeFileSync(file, JSON.stringify(plan));
      const begun = performance.now();
      const command = [path.join(project, "dist/cli/main.js"), "study", file, "--out", out];
      printed(process.execPath, [...command, ...words]);
      seconds[name] = (performance.now() - begun) / 1000;
      const [, ...rows] = fs.readFileSync(path.join(out, "summary.csv"), "utf8").trim().split("\n");
      for (const [method, labels, , mean] of rows.map((row) => row.split(",")))
        (accuracy[method] ??= {})[labels] = Number(Number(mean).toFixed(4));
      const timings = readTimings(path.join(out, "timings")).values();
      peaks.push(...Array.from(timings, ({ peakMegabytes }) => peakMegabytes));
    }
    const total = Object.values(seconds).reduce((a, b) => a + b, 0);
    const by = wanted.precision === "single" ? "fewscope" : `fewscope, ${wanted.precision}`;
    return { by, seed, seconds, total, peakMemory: Math.max(...peaks), accuracy };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const quickPeer = ["--epochs", "1", "--scratch-steps", "10"];

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: "string", default: "1" },
      precision: { type: "string", default: "single" },
      quick: { type: "boolean", default: false },
    },
  });
  const precision = checkOneOf("--precision", values.precision, precisions);
  if (!fs.existsSync(zip))
    throw new InputError({
      got: `no file ${zip}`,
      expected: "CIFAR-10 as cifar10/cifar10-jpeg.zip in the folder that FEWSCOPE_DATA names",
      todo: "Set FEWSCOPE_DATA to such a folder.",
    });
  const [python] = positionals;
  const script = path.join(__dirname, "peers", "study.py");
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const here = ours(seed, { quick: values.quick, precision });
    console.log(JSON.stringify(here));
    if (python === undefined) continue;
    const there = lastLine(
      printed(python, [script, zip, "--seed", String(seed), ...(values.quick ? quickPeer : [])]),
    ) as Told;
    console.log(JSON.stringify(there));
    console.log(JSON.stringify({ seed, ratio: there.total / here.total }));
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof InputError ? error.message : error);
  process.exitCode = 1;
}
