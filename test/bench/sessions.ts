import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  imageSet,
  known,
  tf,
  type Encoder,
  type Pretrain,
  type Rng,
} from "../../src/core";
import { exactShare, wilson, type ShareInterval } from "../../src/metrics";
import { classOf, collectImages, likeliest, openSession, type Session } from "../../src/session";

/*
 * Simulated sessions on synthetic features of five classes: how often the interval of the accuracy that the page shows holds the true one, how often conformal sets hold the
 * true class, and how long a fit takes at 20 000 features:
 * node --import tsx test/bench/sessions.ts [SESSIONS]
 */
const classes = 5;
/** Length of the features where coverage is counted, and where time is; the second is that of histograms of 32 pixels. */
const [short, long] = [24, 324];

/** What features are like. */
interface World {
  readonly name: string;
  /** How far classes lie from each other, in widths of a class. */
  readonly apart: number;
  /** How far scans do; 0 for features that are not of scans. */
  readonly shift: number;
}

const scans = 8;
const worlds: readonly World[] = [
  { name: "hard classes", apart: 0.55, shift: 0 },
  { name: "easy classes", apart: 1.1, shift: 0 },
  { name: `classes on ${scans} scans that differ`, apart: 0.8, shift: 0.6 },
];

/** Gaussian classes, of which the last are rare; rows are their own embeddings. Row i lies on scan i mod 8. */
function makeRows(
  n: number,
  dim: number,
  rng: Rng,
  apart = worlds[0].apart,
  shift = 0,
): { values: Float32Array; truth: Int32Array } {
  const centres = Float32Array.from({ length: classes * dim }, () => rng.normal() * apart);
  const shifts = Float32Array.from({ length: scans * dim }, () => rng.normal() * shift);
  const truth = Int32Array.from({ length: n }, () => Math.floor(classes * rng.uniform() ** 1.6));
  const values = new Float32Array(n * dim);
  truth.forEach((c, i) => {
    for (let j = 0; j < dim; j++)
      values[i * dim + j] = centres[c * dim + j] + shifts[(i % scans) * dim + j] + rng.normal();
  });
  return { values, truth };
}

/** Rows as they are. */
function asTheyAre(dim: number): Pretrain {
  const encoder: Encoder = {
    dim,
    embed: (images) => tf.tidy(() => images.reshape([images.shape[0], dim])),
    clone: () => encoder,
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
  return known<Pretrain>(() => Promise.resolve(encoder), { name: "as they are", revision: 1 });
}

async function open(
  folder: string,
  values: Float32Array,
  dim: number,
  seed: number,
  onScans = 0,
): Promise<Session> {
  const images = imageSet({ name: "rows", pixels: values, shape: [1, dim, 1] });
  const collection = collectImages(images);
  const items = collection.items.map((item, i) => ({
    ...item,
    scan: onScans === 0 ? -1 : i % onScans,
  }));
  const settings = { folder, seed, pretrain: asTheyAre(dim) };
  return await openSession({ ...collection, items }, settings);
}

/** Labels as an expert who is always right, some at once. */
function label(session: Session, truth: Int32Array, count: number): void {
  const asked = session.next("ann", count);
  session.record(
    asked.map(({ item, reason }) => ({
      uuid: `label ${item}`,
      by: "ann",
      action: {
        kind: "label",
        items: [item],
        class: `c${truth[Number(item)]}`,
        how: { blind: true, reason },
      },
    })),
  );
}

function addClasses(session: Session): void {
  session.record(
    Array.from({ length: classes }, (_, c) => ({
      uuid: `class ${c}`,
      by: "ann",
      action: { kind: "add class", class: `c${c}`, name: `class ${c}` },
    })),
  );
}

/** What was counted in the sessions of a world after so many batches. */
interface Held {
  /** Audit labels, summed. */
  audits: number;
  /** Sessions. */
  counted: number;
  /** True accuracy, summed. */
  truth: number;
  wilson: number;
  exact: number;
  /** Sessions whose true accuracy lies below the exact interval: the page promised too much. */
  tooMuch: number;
  /** Of what is not labelled, from which the strategy has taken what it asked. */
  left: number;
  leftTooMuch: number;
}

async function coverage({ name, apart, shift }: World, sessions: number): Promise<void> {
  const batches = Array.from({ length: 6 }, (): Held => {
    const none = { wilson: 0, exact: 0, tooMuch: 0, left: 0, leftTooMuch: 0 };
    return { audits: 0, counted: 0, truth: 0, ...none };
  });
  let [promised, inSet, told, toldRight, toldHeld, toldTold] = [0, 0, 0, 0, 0, 0];
  for (let s = 0; s < sessions; s++) {
    const rng = createRng(s + 1).fork("rows");
    const { values, truth } = makeRows(1600, short, rng, apart, shift);
    const own = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-sessions-"));
    const session = await open(own, values, short, s + 1, shift > 0 ? scans : 0);
    try {
      addClasses(session);
      for (const batch of batches) {
        label(session, truth, 25);
        await session.refit();
        const { model } = session;
        if (model === undefined || model.accuracy.n === 0) continue;
        const k = model.classes.length;
        const tells = (i: number): string => model.classes[likeliest(model.probabilities, i, k)];
        const share = (some: readonly number[]): number =>
          some.filter((i) => tells(i) === `c${truth[i]}`).length / some.length;
        const open = [...truth.keys()].filter(
          (i) => classOf(session.state, String(i)) === undefined,
        );
        // Those set apart and not asked yet are a draw of all features, as those that measured are.
        const alike = open.filter((i) => session.isAudit(String(i)));
        const [all, left] = [share(alike), share(open)];
        const { n, share: seen, effective } = model.accuracy;
        const plain = wilson(Math.round(seen * n), n, { effective });
        const exact = exactShare(Math.round(seen * n), n, { effective });
        const holds = (value: number, { low, high }: ShareInterval): number =>
          low <= value && value <= high ? 1 : 0;
        batch.counted++;
        batch.audits += n;
        batch.truth += all;
        batch.wilson += holds(all, plain);
        batch.exact += holds(all, exact);
        batch.tooMuch += all < exact.low ? 1 : 0;
        batch.left += holds(left, exact);
        batch.leftTooMuch += left < exact.low ? 1 : 0;
        if (batch !== batches.at(-1) || model.conformal.missing > 0) continue;
        const before = [told, toldRight];
        for (const i of alike) {
          const c = model.classes.indexOf(`c${truth[i]}`);
          promised++;
          if (c >= 0 && 1 - model.probabilities[i * k + c] <= model.conformal.threshold + 1e-12)
            inSet++;
          if (model.verdicts[i] !== "told") continue;
          told++;
          if (tells(i) === `c${truth[i]}`) toldRight++;
        }
        if (told === before[0]) continue;
        toldTold++;
        toldHeld += holds((toldRight - before[1]) / (told - before[0]), model.told);
      }
    } finally {
      session.close();
      fs.rmSync(own, { recursive: true, force: true });
    }
  }
  console.log(`\n${name}: ${sessions} sessions; how many of the 95 % intervals hold the accuracy`);
  console.log(
    "labels  random  accuracy  Wilson's  exact  too much promised  of what is left  too much promised",
  );
  batches.forEach((held, i) => {
    const percent = (value: number, width: number): string =>
      `${((100 * value) / held.counted).toFixed(1)} %`.padStart(width);
    console.log(
      String(25 * (i + 1)).padStart(6) +
        (held.audits / held.counted).toFixed(1).padStart(8) +
        percent(held.truth, 10) +
        percent(held.wilson, 10) +
        percent(held.exact, 9) +
        percent(held.tooMuch, 17) +
        percent(held.left, 17) +
        percent(held.leftTooMuch, 17),
    );
  });
  const show = (k: number, n: number): string => {
    const { share, low, high } = wilson(k, n);
    return `${(100 * share).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}; ${k} of ${n})`;
  };
  console.log(`conformal sets of 90 % hold the true class: ${show(inSet, promised)}`);
  console.log(`right of what is told: ${show(toldRight, told)}`);
  console.log(`its exact 95 % interval holds that: ${show(toldHeld, toldTold)}`);
}

async function speed(folder: string): Promise<void> {
  const { values, truth } = makeRows(20_000, long, createRng(1).fork("many"));
  const session = await open(path.join(folder, "many"), values, long, 1);
  try {
    addClasses(session);
    for (let labels = 100; labels <= 500; labels += 100) {
      const started = performance.now();
      label(session, truth, 100);
      const asked = performance.now();
      await session.refit();
      const fitted = performance.now();
      session.next("ann", 10);
      const next = performance.now();
      console.log(
        `20 000 features, ${labels} labels: kept ${((asked - started) / 100).toFixed(1)} ms a label, refit ${(fitted - asked).toFixed(0)} ms, next ten ${(next - fitted).toFixed(0)} ms`,
      );
    }
    console.log(`memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`);
  } finally {
    session.close();
  }
}

async function main(): Promise<void> {
  const sessions = Number(process.argv[2] ?? 500);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-sessions-"));
  try {
    await speed(folder);
    for (const world of worlds) await coverage(world, sessions);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

void main();
