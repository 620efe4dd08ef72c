import { catalog, classify, core, metrics, nets, pretrain, session } from "../../src";
import { exactShare } from "../../src/metrics";

/*
 * What is unlike anything labelled, and what sets of classes hold, on simulated scans:
 * node --import tsx test/bench/unlike.ts [SESSIONS] [ENCODER.safetensors]
 *
 * Each class of stm-simulated-small and of stm-simulated is left out of the labels in turn, 100 random labels of the others are given, and scores tell the left-out class from what
 * else has no label: areas under the curve, mean over classes. Then conformal sets of 90 % from 40 random labels, on the rest of the same scans and on scans that nobody labelled.
 */
interface Rows {
  readonly features: Float32Array;
  readonly dim: number;
}

const taught = 100;
const calibrated = 40;

async function main(): Promise<void> {
  const sessions = Number(process.argv[2] ?? 20);
  const encoder = process.argv[3];
  for (const name of ["stm-simulated-small", "stm-simulated"]) {
    const whole = await catalog.load(name);
    const learnt = [...whole.ids.keys()].filter(
      (i) => whole.labels[i] >= 0 && !["test", "unlabelled"].includes(whole.parts?.[i] ?? ""),
    );
    const set = core.subset(whole, learnt);
    const makers: Record<string, core.Pretrain> = {
      physics: pretrain.physics(),
      HOG: pretrain.hog(),
    };
    if (encoder !== undefined) makers["SimCLR"] = pretrain.from({ file: encoder });
    for (const [kind, maker] of Object.entries(makers)) {
      const made = await maker(core.hideLabels(set), core.createRng(1));
      const rows = { features: await nets.embedImages(made, set), dim: made.dim };
      made.dispose();
      await leftOut(`${name}, ${kind}`, set, rows, sessions);
      await coverage(`${name}, ${kind}`, set, rows, sessions);
    }
  }
}

function gathered({ features, dim }: Rows, some: readonly number[]): Float32Array {
  const out = new Float32Array(some.length * dim);
  some.forEach((i, at) => out.set(features.subarray(i * dim, (i + 1) * dim), at * dim));
  return out;
}

async function fitted(
  set: core.ImageSet,
  { features, dim }: Rows,
  teaching: readonly number[],
  rng: core.Rng,
): Promise<{ classes: number[]; told: Float32Array }> {
  const { fit } = classify.logisticRegression();
  if (fit === undefined) throw new Error("logistic regression does not learn from rows");
  const classes = [...new Set(teaching.map((i) => set.labels[i]))].sort((a, b) => a - b);
  const labels = new Int32Array(set.ids.length).fill(-1);
  for (const i of teaching) labels[i] = classes.indexOf(set.labels[i]);
  const classNames = classes.map((c) => set.classNames[c]);
  const predict = await fit({ features, dim, labels, classNames }, rng);
  return { classes, told: predict(features) };
}

/** Scores of rows, higher for what is known. */
function scoresOf(
  rows: Rows,
  reduced: Rows,
  set: core.ImageSet,
  teaching: readonly number[],
  asked: readonly number[],
  told: Float32Array,
  k: number,
): Record<string, number[]> {
  const labels = teaching.map((i) => set.labels[i]);
  const minus = (values: Float64Array): number[] => Array.from(values, (value) => -value);
  const [known, others] = [gathered(reduced, teaching), gathered(reduced, asked)];
  const near = (n: number): number[] =>
    minus(metrics.neighbourDistances(known, others, reduced.dim, n));
  const whole = minus(
    metrics.neighbourDistances(gathered(rows, teaching), gathered(rows, asked), rows.dim, 1),
  );
  const byClass = (shrink: number): metrics.ClassDistances =>
    metrics.classDistances(known, labels, others, reduced.dim, shrink);
  const { nearest, relative } = byClass(0.3);
  const evenly = (shrink: number): number[] => {
    const [a, b] = [known, others].map((some) => even(some, others, reduced.dim));
    return minus(metrics.classDistances(a, labels, b, reduced.dim, shrink).nearest);
  };
  const surest = asked.map((i) => Math.max(...told.subarray(i * k, (i + 1) * k)));
  const first = near(1);
  return {
    "nearest row, cosine": first,
    "nearest, all directions": whole,
    Mahalanobis: minus(nearest),
    "Mahalanobis, columns alike, 0.3": evenly(0.3),
    "Mahalanobis, columns alike, 0.1 (the session's)": evenly(0.1),
    "Mahalanobis, columns alike, 0.03": evenly(0.03),
    "relative Mahalanobis": minus(relative),
    "likeliest class": surest,
  };
}

/** Each column by its spread over some rows. */
function even(rows: Float32Array, of: Float32Array, dim: number): Float32Array {
  const { mean, spread } = core.columnScale(of, dim);
  return rows.map((value, at) => (value - mean[at % dim]) / spread[at % dim]);
}

async function leftOut(
  title: string,
  set: core.ImageSet,
  rows: Rows,
  sessions: number,
): Promise<void> {
  const { labels, classNames } = set;
  const reduced = session.reduceRows({ ...rows, labels, classNames });
  const areas = new Map<string, number[]>();
  const rounds = Math.max(1, Math.round(sessions / classNames.length));
  for (let c = 0; c < classNames.length; c++)
    for (let round = 0; round < rounds; round++) {
      const rng = core.createRng(round + 1).fork(`${title} ${c}`);
      const order = [...rng.permutation(set.ids.length)];
      const teaching = order.filter((i) => labels[i] !== c).slice(0, taught);
      const rest = new Set(teaching);
      const asked = order.filter((i) => !rest.has(i)).slice(0, 800);
      const { classes, told } = await fitted(set, rows, teaching, rng.fork("fit"));
      const all = scoresOf(rows, reduced, set, teaching, asked, told, classes.length);
      for (const [name, scores] of Object.entries(all)) {
        const known = scores.filter((_, at) => labels[asked[at]] !== c);
        const unknown = scores.filter((_, at) => labels[asked[at]] === c);
        const { areaUnderRoc } = metrics.separation(known, unknown);
        areas.set(name, [...(areas.get(name) ?? []), areaUnderRoc]);
      }
    }
  console.log(`\n${title}: area under the curve, one class left out of ${taught} labels`);
  const first = areas.get("nearest row, cosine") ?? [];
  for (const [name, values] of areas) {
    const { mean, low, high } = metrics.meanInterval(values);
    const paired = metrics.pairedDifference(values, first);
    const worst = Math.min(...values);
    console.log(
      `${name.padEnd(44)} ${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), worst ${worst.toFixed(2)}, against the first ${paired.mean >= 0 ? "+" : ""}${paired.mean.toFixed(3)} (${paired.low.toFixed(3)} to ${paired.high.toFixed(3)})`,
    );
  }
}

async function coverage(
  title: string,
  set: core.ImageSet,
  rows: Rows,
  sessions: number,
): Promise<void> {
  const groups = [...new Set(set.groups)];
  const held = { same: [0, 0], new: [0, 0], told: [0, 0] };
  for (let s = 0; s < sessions; s++) {
    const rng = core.createRng(s + 1).fork(title);
    const half = new Set(Array.from(rng.permutation(groups.length), (g) => groups[g]).slice(0, groups.length >> 1)); // prettier-ignore
    const order = [...rng.fork("order").permutation(set.ids.length)];
    const here = order.filter((i) => half.has(set.groups[i]));
    const away = order.filter((i) => !half.has(set.groups[i]));
    const calibration = here.slice(0, calibrated);
    const teaching = here.slice(calibrated, calibrated + 2 * taught);
    const rest = here.slice(calibrated + 2 * taught);
    const { classes, told } = await fitted(set, rows, teaching, rng.fork("fit"));
    const k = classes.length;
    const missOf = (i: number): number => {
      const at = classes.indexOf(set.labels[i]);
      return at < 0 ? Infinity : 1 - told[i * k + at];
    };
    const { threshold } = metrics.conformal(calibration.map(missOf));
    for (const [where, some] of [
      ["same", rest],
      ["new", away],
    ] as const)
      // prettier-ignore
      for (const i of some) {
        held[where][1]++;
        if (missOf(i) <= threshold + 1e-12) held[where][0]++;
        const one = metrics.conformalSet(told, i * k, k, threshold);
        if (where !== "same" || one.length !== 1) continue;
        held.told[1]++;
        if (classes[one[0]] === set.labels[i]) held.told[0]++;
      }
  }
  const show = ([right, n]: readonly number[]): string => {
    const { share, low, high } = exactShare(right, n);
    return `${(100 * share).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}; ${right} of ${n})`;
  };
  console.log(
    `${title}: ${sessions} sessions, sets of 90 % from ${calibrated} random labels hold the class of`,
  );
  console.log(`  the rest of the same scans ${show(held.same)}`);
  console.log(`  scans that nobody labelled ${show(held.new)}`);
  console.log(
    `  right of what is told by one class alone ${held.told[1] === 0 ? "nothing told" : show(held.told)}`,
  );
}

void main();
