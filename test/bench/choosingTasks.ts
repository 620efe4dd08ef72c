import * as fs from "node:fs";
import * as path from "node:path";
import { catalog, classify, core, formats, metrics, nets, pretrain } from "../../src";

/** What may be labelled, drawn anew for each draw. */
export interface Drawn {
  readonly pool: readonly number[];
  readonly test: readonly number[];
  /** Labelled at the start, the same for all strategies. */
  readonly start: readonly number[];
  /** The class that no label of the start has; -1 for none. */
  readonly hiddenClass: number;
}

/** Images with their vectors, and how a draw is made of them. */
export interface Task {
  readonly name: string;
  readonly set: core.ImageSet;
  readonly rows: Vectors;
  /** Trained on the unlabelled images, to be trained on. */
  readonly encoder: core.Encoder;
  /** Bits of doubt that are left of each image to a classifier that was taught with the other half of all labels. */
  readonly doubt: Float64Array;
  readonly budgets: readonly number[];
  readonly draw: (rng: core.Rng) => Drawn;
}

/** Row-major [n*dim]. */
export interface Vectors {
  readonly features: Float32Array;
  readonly dim: number;
}

/** Of the test, at most so many. */
const mostTests = 300;
/** What a network is here: small, so that 20 draws take two shared cores an hour. */
export const encoderShape = { resnet: { depth: 8, width: 8 } } as const;
export const pretrainEpochs = 5;

/** The simulated tasks, and with a file of real patches those of each of its scans. */
export async function choosingTasks(out: string, patches: string | undefined): Promise<Task[]> {
  const whole = await catalog.load("stm-simulated");
  const learnt = [...whole.ids.keys()].filter(
    (i) => whole.labels[i] >= 0 && whole.parts?.[i] !== "test" && whole.parts?.[i] !== "unlabelled",
  );
  const simulated = await prepare(out, core.subset(whole, learnt));
  const { set } = simulated;
  const all = [...set.ids.keys()];
  const tasks: Task[] = [
    {
      ...simulated,
      name: "even",
      budgets: [20, 40, 80, 160],
      draw: (rng) => drawn(set, halves(all, rng), rng, { most: () => 14 }),
    },
    {
      ...simulated,
      name: "long tail, one class not known",
      budgets: [20, 40, 80, 120],
      draw: (rng) =>
        drawn(set, halves(all, rng), rng, {
          most: (rank) => Math.max(2, Math.round(30 * 0.85 ** rank)),
          hiddenRank: 10,
          start: 20,
        }),
    },
  ];
  if (patches === undefined) return tasks;
  const patched = formats.readNpzImages({
    file: patches,
    images: "patches",
    labels: "labels",
    groups: "group",
    classNames: ["background", "bright", "dark"],
  });
  const real = await prepare(out, patched);
  const budgets = [
    [10, 20, 40, 80],
    [10, 20, 40],
    [5, 10, 20],
  ];
  ["Si(001)", "Ge(001)", "TiO2(110)"].forEach((name, scan) => {
    const own = [...patched.ids.keys()].filter((i) => patched.groups[i] === String(scan));
    tasks.push({
      ...real,
      name,
      budgets: budgets[scan],
      draw: (rng) => drawn(patched, halves(own, rng), rng, { most: () => 150 }),
    });
  });
  return tasks;
}

function shuffled(rows: readonly number[], rng: core.Rng): number[] {
  return Array.from(rng.permutation(rows.length), (at) => rows[at]);
}

/** As on the page, what is tested is the rest of the scans that labels are of. */
function halves(rows: readonly number[], rng: core.Rng): [number[], number[]] {
  const order = shuffled(rows, rng.fork("halves"));
  const half = order.length >> 1;
  return [order.slice(0, half), order.slice(half, half + mostTests)];
}

function drawn(
  { labels, classNames }: core.ImageSet,
  [some, test]: readonly [readonly number[], readonly number[]],
  rng: core.Rng,
  options: { most: (rank: number) => number; hiddenRank?: number; start?: number },
): Drawn {
  const { most, hiddenRank = -1, start = 0 } = options;
  // An order of the classes that is drawn, so that not always the same one is rare.
  const ranks = rng.fork("ranks").permutation(classNames.length);
  const pool = classNames.flatMap((_, c) => {
    const own = some.filter((i) => labels[i] === c);
    return shuffled(own, rng.fork(`class ${c}`)).slice(0, most(ranks[c]));
  });
  const hiddenClass = ranks.indexOf(hiddenRank);
  const known = pool.filter((i) => labels[i] !== hiddenClass);
  const first = shuffled(known, rng.fork("start")).slice(0, start);
  return { pool, test, start: first, hiddenClass };
}

/** The encoder is trained once, and kept. */
async function prepare(
  out: string,
  set: core.ImageSet,
): Promise<Omit<Task, "name" | "budgets" | "draw">> {
  const kept = path.join(out, `${set.name}-${pretrainEpochs}.safetensors`);
  const rng = core.createRng(1);
  if (!fs.existsSync(kept)) {
    const simclr = pretrain.simclr({ encoder: encoderShape, epochs: pretrainEpochs });
    const trained = await simclr(core.hideLabels(set), rng);
    await trained.save(kept);
    trained.dispose();
  }
  const encoder = await pretrain.from({ file: kept })(core.hideLabels(set), rng);
  const rows = { features: await nets.embedImages(encoder, set), dim: encoder.dim };
  return { set, rows, encoder, doubt: await doubtOf(set, rows) };
}

async function doubtOf(set: core.ImageSet, { features, dim }: Vectors): Promise<Float64Array> {
  const { fit } = classify.logisticRegression();
  if (fit === undefined) throw new Error("logistic regression does not learn from rows");
  const all = [...set.ids.keys()].filter((i) => set.labels[i] >= 0);
  const half = new Set(shuffled(all, core.createRng(1).fork("halves")).slice(0, all.length >> 1));
  const k = set.classNames.length;
  const doubt = new Float64Array(set.ids.length);
  for (const taughtFirst of [true, false]) {
    const labels = set.labels.map((label, i) => (half.has(i) === taughtFirst ? label : -1));
    const { classNames } = set;
    const predict = await fit({ features, dim, labels, classNames }, core.createRng(1));
    const told = predict(features);
    for (const i of all) {
      if (half.has(i) === taughtFirst) continue;
      for (let c = 0; c < k; c++) {
        const p = told[i * k + c];
        if (p > 0) doubt[i] -= p * Math.log2(p);
      }
    }
  }
  return doubt;
}

/** Area under risk against coverage, and the risks at each twentieth of the coverage. */
export function risksOf(
  probabilities: Float32Array,
  truth: Int32Array,
): { area: number; risks: number[] } {
  const { area, risks } = metrics.riskCoverage(probabilities, truth);
  const at = (step: number): number => risks[Math.ceil(((step + 1) * risks.length) / 20) - 1];
  return { area, risks: Array.from({ length: 20 }, (_, step) => at(step)) };
}
