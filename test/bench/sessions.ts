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
import { wilson } from "../../src/metrics";
import { classOf, collectImages, likeliest, openSession, type Session } from "../../src/session";

/*
 * Simulated sessions on synthetic features of five classes: how often the interval of the accuracy that the page shows holds the true one, how often conformal sets hold the
 * true class, and how long a fit takes at 20 000 features:
 * node --import tsx test/bench/sessions.ts [SESSIONS]
 */
const classes = 5;
/** Length of the features where coverage is counted, and where time is; the second is that of histograms of 32 pixels. */
const [short, long] = [24, 324];

/** Gaussian classes, of which the last are rare; rows are their own embeddings. */
function makeRows(n: number, dim: number, rng: Rng): { values: Float32Array; truth: Int32Array } {
  const centres = Float32Array.from({ length: classes * dim }, () => rng.normal() * 0.55);
  const truth = Int32Array.from({ length: n }, () => Math.floor(classes * rng.uniform() ** 1.6));
  const values = new Float32Array(n * dim);
  truth.forEach((c, i) => {
    for (let j = 0; j < dim; j++) values[i * dim + j] = centres[c * dim + j] + rng.normal();
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
): Promise<Session> {
  const images = imageSet({ name: "rows", pixels: values, shape: [1, dim, 1] });
  return await openSession(collectImages(images), { folder, seed, pretrain: asTheyAre(dim) });
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

async function coverage(sessions: number, folder: string): Promise<void> {
  let [held, heldOpen, counted, promised, inSet, told, toldRight] = [0, 0, 0, 0, 0, 0, 0];
  for (let s = 0; s < sessions; s++) {
    const { values, truth } = makeRows(1600, short, createRng(s + 1).fork("rows"));
    const own = path.join(folder, String(s));
    const session = await open(own, values, short, s + 1);
    try {
      addClasses(session);
      for (let batch = 0; batch < 6; batch++) {
        label(session, truth, 25);
        await session.refit();
      }
      const { model } = session;
      if (model === undefined) continue;
      const k = model.classes.length;
      const open = [...truth.keys()].filter((i) => classOf(session.state, String(i)) === undefined);
      const tells = (i: number): string => model.classes[likeliest(model.probabilities, i, k)];
      const share = (some: readonly number[]): number =>
        some.filter((i) => tells(i) === `c${truth[i]}`).length / some.length;
      // Those set apart and not asked yet are like those that measured; of the others the hard ones have been chosen.
      const alike = open.filter((i) => session.isAudit(String(i)));
      const holds = (value: number): boolean =>
        model.accuracy.low <= value && value <= model.accuracy.high;
      counted++;
      if (holds(share(alike))) held++;
      if (holds(share(open))) heldOpen++;
      if (model.conformal.missing > 0) continue;
      for (const i of alike) {
        const c = model.classes.indexOf(`c${truth[i]}`);
        promised++;
        if (c >= 0 && 1 - model.probabilities[i * k + c] <= model.conformal.threshold + 1e-12)
          inSet++;
        if (model.verdicts[i] !== "told") continue;
        told++;
        if (tells(i) === `c${truth[i]}`) toldRight++;
      }
    } finally {
      session.close();
      fs.rmSync(own, { recursive: true, force: true });
    }
  }
  const show = (k: number, n: number): string => {
    const { share, low, high } = wilson(k, n);
    return `${(100 * share).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}; ${k} of ${n})`;
  };
  console.log(`${counted} sessions of 150 labels, about 30 of them random`);
  console.log(
    `the shown interval of 95 % holds the accuracy on features that were set apart: ${show(held, counted)}`,
  );
  console.log(
    `... on all that is not labelled, of which the hard ones were chosen: ${show(heldOpen, counted)}`,
  );
  console.log(`conformal sets of 90 % hold the true class: ${show(inSet, promised)}`);
  console.log(`right of what is told: ${show(toldRight, told)}`);
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
    await coverage(sessions, folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

void main();
