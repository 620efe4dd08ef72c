/*
 * Times a step of training on few labels inside a trial, views and reports and all: FixMatch and Mean Teacher with 16 labelled and 112 or 16 unlabelled images,
 * and fine-tuning with 10 and 64, of a ResNet-18 of width 8 on 32 x 32 colour images; here and in PyTorch, in turn, each in a process of its own.
 *
 *   node --import tsx test/bench/trainOnFew.ts [PYTHON]
 *
 * PYTHON is that of a throw-away environment with torch==2.9.1 and torchvision. Needs a quiet machine.
 */
import * as path from "node:path";
import { classify, pretrain } from "../../src";
import {
  configureBackend,
  createRng,
  imageSet,
  type Classify,
  type ImageSet,
} from "../../src/core";
import { median, milliseconds } from "./peer";

const steps = 40;
const warmUp = 8;
const rounds = 3;

interface Case {
  readonly batch: number;
  readonly ratio: number;
  readonly of: (batchSize: number, steps: number) => Classify;
}

const cases: Readonly<Record<string, Case>> = {
  fixMatch: {
    batch: 16,
    ratio: 7,
    of: (batchSize, steps) => classify.fixMatch({ batchSize, steps }),
  },
  meanTeacher: {
    batch: 16,
    ratio: 1,
    of: (batchSize, steps) => classify.meanTeacher({ batchSize, steps }),
  },
  fineTune10: {
    batch: 10,
    ratio: 0,
    of: (batchSize, steps) => classify.fineTune({ batchSize, steps }),
  },
  fineTune: {
    batch: 64,
    ratio: 0,
    of: (batchSize, steps) => classify.fineTune({ batchSize, steps }),
  },
};

/** Random images, a hundred of them labelled. */
function images(): ImageSet {
  const rng = createRng(1);
  const n = 5000;
  return imageSet({
    name: "random",
    pixels: Float32Array.from({ length: n * 32 * 32 * 3 }, () => rng.uniform()),
    shape: [32, 32, 3],
    labels: Int32Array.from({ length: n }, (_, i) => (i < 100 ? i % 10 : -1)),
    classNames: Array.from({ length: 10 }, (_, i) => String(i)),
    keepsClass: ["mirrorX"],
  });
}

async function timeOurs(name: string): Promise<number> {
  configureBackend({ threads: 2 });
  const { batch, of } = cases[name];
  const set = images();
  const encoder = await pretrain.none({ encoder: { resnet: { depth: 18, width: 8 } } })(set, createRng(1)); // prettier-ignore
  const at: number[] = [];
  const report = (): number => at.push(performance.now());
  const model = await of(batch, warmUp + steps)(encoder, set, createRng(2), { report });
  model.dispose();
  const times = at.slice(1).map((time, i) => time - at[i]);
  return median(times.slice(warmUp, warmUp + steps - 2));
}

async function main(): Promise<void> {
  const [first, name] = process.argv.slice(2);
  if (first === "one") {
    console.log(JSON.stringify({ milliseconds: await timeOurs(name) }));
    return;
  }
  const script = path.join(__dirname, "peers", "trainOnFew.py");
  for (const [name, { batch, ratio }] of Object.entries(cases)) {
    const theirs = (layout: string, workers: number): number =>
      first === undefined ? NaN : milliseconds(first, [script, name.replace(/\d+/u, ""), "--batch", String(batch), "--ratio", String(ratio), "--steps", String(steps), "--layout", layout, "--workers", String(workers)]); // prettier-ignore
    const turns = Array.from({ length: rounds }, () => ({
      here: milliseconds(process.execPath, ["--import", "tsx", __filename, "one", name]),
      there: Math.min(...["contiguous", "channels_last"].flatMap((layout) => [0, 2].map((workers) => theirs(layout, workers)))), // prettier-ignore
    }));
    const here = median(turns.map((turn) => turn.here));
    const there = median(turns.map((turn) => turn.there));
    console.log(`${name}, ${batch} labelled, ${batch * ratio} unlabelled: ${here.toFixed(1)} | ${there.toFixed(1)} ms, ${(there / here).toFixed(2)}x`); // prettier-ignore
  }
}

void main();
