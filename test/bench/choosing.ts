import * as fs from "node:fs";
import * as path from "node:path";
import { acquire, classify, core, metrics, session } from "../../src";
import { report, type ChoosingRecord } from "./choosingReport";
import {
  encoderShape,
  choosingTasks,
  pretrainEpochs,
  risksOf,
  type Task,
  type Vectors,
} from "./choosingTasks";

/*
 * What each strategy saves against random choice, in labels and in seconds of the expert, with equal budgets and paired draws:
 *
 *   node --import tsx test/bench/choosing.ts OUT [DRAWS] [PATCHES.npz]
 *
 * Of stm-simulated, as even as its pool is, and with a long tail and a class that no label of the start has; with a file of real patches also each of its
 * scans. Tested is, as on the page, the rest of the scans that labels are of. What learns is logistic regression on the frozen vectors of a small SimCLR of these
 * images without their labels, or that SimCLR, trained on with the labels. A draw is pool, test, start and seeds, the same for all strategies. Each labelling is kept as a file below OUT/records when it is done: the same command goes on where it was,
 * and ends with tables and figures of all that is there.
 */
const arms = {
  frozen: { batch: 20, steps: 0 },
  // Few fits, since each takes seconds; with 40 steps the network told one class of Ge(001) alone.
  "trained on": { batch: 40, steps: 150 },
} as const;
type Arm = keyof typeof arms;

/** Which strategies an arm is tried with; what is trained on takes longer. */
const wanted: Readonly<Record<Arm, readonly string[] | "all">> = {
  frozen: "all",
  "trained on": ["random", "maxHerding", "margin", "badge"],
};
/** The largest budgets that an arm is tried with. */
const budgetsOf: Readonly<Record<Arm, number>> = { frozen: 4, "trained on": 3 };

/*
 * An assumed expert: choosing between alternatives takes the longer the more bits it decides (Hick 1952, Q. J. Exp. Psychol. 4), and each scan is
 * looked at once before its first label.
 */
const seconds = { eachLabel: 2, eachBit: 1.5, eachScan: 3 } as const;

const names = [
  ...(["random", "kMeans", "typiClust", "maxHerding", "kCentre"] as const),
  ...(["margin", "entropy", "badge", "mixed"] as const),
];

async function main(): Promise<void> {
  const [out = "runs/labelling", drawsText = "20", patches] = process.argv.slice(2);
  core.configureBackend({ threads: 1 });
  fs.mkdirSync(out, { recursive: true });
  const tasks = await choosingTasks(out, patches);
  const strategies = new Map<string, acquire.Acquire>(
    names.map((name) => [name, acquire.strategies[name]()]),
  );
  strategies.set("random, capped", acquire.capped(acquire.strategies.random(), { perGroup: 1 }));
  const draws = Number(drawsText);
  // The quick arm first, then draw by draw, so that what is there at any time is paired.
  for (const arm of Object.keys(arms) as Arm[])
    for (let draw = 0; draw < draws; draw++) {
      for (const task of tasks)
        for (const [name, strategy] of strategies)
          if (wanted[arm] === "all" || wanted[arm].includes(name))
            await once(out, task, arm, name, strategy, draw);
      console.error(`${arm}: draw ${draw + 1} of ${drawsText}`);
    }
  await report(out, readRecords(out), [
    `An expert who is always right and takes ${seconds.eachLabel} s for a label, ${seconds.eachBit} s more for each bit of doubt and ${seconds.eachScan} s for each scan: assumed, not measured.`,
    `SimCLR for ${pretrainEpochs} epochs on a ResNet of depth ${encoderShape.resnet.depth} and width ${encoderShape.resnet.width}; logistic regression on it, or ${arms["trained on"].steps} steps of training on.`,
  ]);
}

/** One labelling, unless it is there already. */
async function once(
  out: string,
  task: Task,
  arm: Arm,
  name: string,
  strategy: acquire.Acquire,
  draw: number,
): Promise<void> {
  const budgets = task.budgets.slice(0, budgetsOf[arm]);
  const known = { task: task.name, arm, method: name, draw, budgets };
  const settings = { ...known, fit: arms[arm], seconds, encoderShape, pretrainEpochs, revision: 1 };
  const hash = core.sha256(core.canonicalJson(settings)).slice(0, 16);
  const file = path.join(out, "records", `${hash}.json`);
  if (fs.existsSync(file)) return;
  const rng = core.createRng(draw + 1).fork(task.name);
  const { pool, test, start, hiddenClass } = task.draw(rng.fork("draw"));
  const rows = [...pool, ...test];
  const set = core.subset(task.set, rows);
  const vectors = gathered(task.rows, rows);
  const { labels, classNames, ids, groups } = set;
  const reduced = session.reduceRows({ ...vectors, labels, classNames });
  const own = (some: readonly number[]): number[] => {
    const at = new Map(rows.map((row, i) => [row, i]));
    return some.map((row) => at.get(row) ?? -1);
  };
  const taught = arms[arm].steps > 0 ? pixelsOf(set) : vectors;
  const withGroups: acquire.Acquire = Object.assign(
    (p: acquire.Pool, n: number, r: core.Rng) => strategy({ ...p, groups }, n, r),
    { settings: strategy.settings },
  );
  const points = await session.simulateLabelling(
    {
      rows: { ...taught, labels, classNames },
      ids,
      pool: own(pool),
      test: own(test),
      reduced,
    },
    withGroups,
    rng.fork("labels"),
    {
      budgets,
      batch: arms[arm].batch,
      start: own(start),
      ...(arms[arm].steps > 0 ? { fit: trainedOn(task, set, arms[arm].steps) } : {}),
      seconds: (i, before) => {
        const seen = before.some((j) => groups[j] === groups[i]);
        const scan = seen ? 0 : seconds.eachScan;
        return seconds.eachLabel + seconds.eachBit * task.doubt[rows[i]] + scan;
      },
    },
  );
  const truth = Int32Array.from(own(test), (i) => labels[i]);
  const record: ChoosingRecord = {
    ...known,
    tests: test.length,
    classesThere: new Set(pool.map((i) => task.set.labels[i])).size,
    points: points.map(({ probabilities, given, ...point }) => ({
      ...point,
      macroF1: macroF1(probabilities, truth, classNames.length),
      foundHidden: given.some((i) => labels[i] === hiddenClass),
      ...risksOf(probabilities, truth),
    })),
  };
  core.writeFileAtomically(file, JSON.stringify(record));
}

function macroF1(probabilities: Float32Array, truth: Int32Array, classes: number): number {
  const guessed = metrics.argmaxRows(probabilities, classes);
  return metrics.macroF1(metrics.confusion(truth, guessed, classes));
}

function gathered({ features, dim }: Vectors, rows: readonly number[]): Vectors {
  const some = new Float32Array(rows.length * dim);
  rows.forEach((row, at) => some.set(features.subarray(row * dim, (row + 1) * dim), at * dim));
  return { features: some, dim };
}

function pixelsOf({ pixels, ids, shape }: core.ImageSet): Vectors {
  return { features: pixels.read([...ids.keys()]), dim: shape.reduce((a, b) => a * b, 1) };
}

/** Trains a copy of the encoder on, with images for rows. */
function trainedOn({ encoder }: Task, images: core.ImageSet, steps: number): core.FitRows {
  const fineTune = classify.fineTune({ steps, batchSize: 16 });
  return async ({ features, labels, classNames }, rng) => {
    const { shape, name } = images;
    const train = core.imageSet({ name, pixels: features, shape, labels, classNames });
    const classifier = await fineTune(encoder, train, rng);
    const told = await classifier.predict(train);
    classifier.dispose();
    return () => told;
  };
}

function readRecords(out: string): ChoosingRecord[] {
  const folder = path.join(out, "records");
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as ChoosingRecord)
    .map((record) => ({
      ...record,
      method: record.method.replace("random, capped", "capped random"),
    }));
}

void main();
