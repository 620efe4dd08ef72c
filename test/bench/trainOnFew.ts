/*
 * Times a step of training on few labels inside a trial, views and reports and all: FixMatch and Mean Teacher with 16 labelled and 112 or 16 unlabelled images,
 * and fine-tuning with 10 and 64, of a ResNet-18 of width 8 on 32 x 32 colour images:
 *
 *   node --import tsx test/bench/trainOnFew.ts fixMatch|meanTeacher|fineTune10|fineTune64 [THREADS] [STEPS]
 *
 * One JSON line with milliseconds a step, the median. Beside PyTorch: `npm run bench -- all --only fixMatch`.
 */
import { classify, pretrain } from "../../src";
import {
  checkOneOf,
  configureBackend,
  createRng,
  imageSet,
  type Classify,
  type ImageSet,
} from "../../src/core";
import { median, tell } from "./peer";

const warmUp = 20;

interface Case {
  readonly batch: number;
  readonly of: (batchSize: number, steps: number) => Classify;
}

const cases: Readonly<Record<string, Case>> = {
  fixMatch: {
    batch: 16,
    of: (batchSize, steps) => classify.fixMatch({ batchSize, steps }),
  },
  meanTeacher: {
    batch: 16,
    of: (batchSize, steps) => classify.meanTeacher({ batchSize, steps }),
  },
  fineTune10: {
    batch: 10,
    of: (batchSize, steps) => classify.fineTune({ batchSize, steps }),
  },
  fineTune64: {
    batch: 64,
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

/** Milliseconds of a step inside a trial, the median. */
async function timeOurs(name: string, steps: number): Promise<number> {
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
  const [name, threads = "2", steps = "40"] = process.argv.slice(2);
  configureBackend({ threads: Number(threads) });
  tell({ milliseconds: await timeOurs(checkOneOf("name", name, Object.keys(cases)), Number(steps)) }); // prettier-ignore
}

void main();
