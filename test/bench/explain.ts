/**
 * Does evidence on the defect foresee how an encoder carries over? Trains encoders with planted shortcuts, a corner mark (which has a place) and noise from line to
 * line (which has none), audits each, and correlates.
 *
 *   node --import tsx test/bench/explain.ts [--encoders 40] [--out folder]
 *
 * Each finished encoder is kept in the folder; the same command goes on after it was stopped. About half a minute an encoder. Fixed beforehand: the metric is the
 * enrichment of the exact evidence on the defect less that of random networks; outcomes are accuracies without the cue on the same surface (A), with another tip and noise
 * (C) and on H:Si(001) (B), whose labels nobody saw; rank correlations with 95 % intervals of 2000 bootstrap draws over encoders.
 *
 *   node --import tsx test/bench/explain.ts --speed
 *     Seconds for 1000 images of 32 x 32: exact evidence, integrated gradients of 64 points, physical features.
 *   node --import tsx test/bench/explain.ts --physics [--out folder]
 *     Accuracy against labels of physical features, pixels, SimCLR, and both joined, on simulated images.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import * as classify from "../../src/classify";
import { configureBackend, createRng, subset, writeFileAtomically, type ImageSet } from "../../src/core"; // prettier-ignore
import * as explain from "../../src/explain";
import { argmaxRows, balancedAccuracy, confusion, meanInterval } from "../../src/metrics";
import { embedImages } from "../../src/nets";
import { measureImages } from "../../src/physics";
import * as pretrain from "../../src/pretrain";
import * as simulate from "../../src/simulate";

const size = 32;
const corner = new Uint8Array(size * size);
for (let y = 1; y < 5; y++) corner.fill(1, y * size + 1, y * size + 5);

type Cue = "corner" | "lines";

/** Plants a cue: with `share` in class 1 and the rest in class 0. */
function planted(images: ImageSet, cue: Cue, share: number, seed: number): ImageSet {
  const rng = createRng(seed);
  return explain.changedImages(images, (image, i) => {
    if (rng.uniform() >= (images.labels[i] === 1 ? share : 1 - share)) return image;
    if (cue === "corner") return image.map((value, p) => (corner[p] === 0 ? value : value + 60));
    const offsets = Array.from({ length: size }, () => 14 * rng.normal());
    return image.map((value, p) => value + offsets[Math.floor(p / size)]);
  });
}

/** What was measured of one encoder. */
interface Trained {
  readonly id: string;
  readonly cue: Cue;
  readonly share: number;
  /** On images with the cue as in training: what a biased validation says. */
  readonly asTrained: number;
  readonly conflicting: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Enrichment on the defect less random networks'. */
  readonly excess: number;
  readonly corner: number;
  readonly cornerRandom: number;
  readonly linesChange: number;
}

interface Sets {
  readonly train: explain.MarkedImages;
  readonly a: explain.MarkedImages;
  readonly b: explain.MarkedImages;
  readonly c: explain.MarkedImages;
}

function makeSets(): Sets {
  const off = { phosphine: 6, phosphinidene: 6 };
  const marked = (
    scans: number,
    seed: number,
    scan: explain.MarkedOptions["scan"],
    classes: readonly string[],
  ) => explain.markedImages({ scans, seed, scan: { pixels: 160, ...scan }, classes }); // prettier-ignore -- eslint-disable-line
  const names = Object.keys(off);
  return {
    train: marked(20, 1, { defects: off, instrument: "usual" }, names),
    a: marked(10, 2, { defects: off, instrument: "usual" }, names),
    // Off the row and on it, as the two classes above.
    b: marked(10, 3, { surface: "H:Si(001)", defects: { "dangling bond": 6, "bare dimer": 6 }, instrument: "usual" }, ["dangling bond", "bare dimer"]), // prettier-ignore
    c: marked(10, 4, { defects: off, instrument: "poor", tip: { distanceNm: [0.7, 0.95], bluntNm: [0.5, 1] } }, names), // prettier-ignore
  };
}

async function trainOne(
  sets: Sets,
  id: string,
  cue: Cue,
  share: number,
  seed: number,
): Promise<Trained> {
  const train = planted(sets.train.images, cue, share, 100 + seed);
  const learn = pretrain.supervised({ source: train, epochs: 25, batchSize: 32, learningRate: 5e-3, encoder: { resnet: { depth: 8, width: 8 } } }); // prettier-ignore
  const encoder = await learn(train, createRng(seed));
  try {
    const { labels, classNames } = train;
    const features = await embedImages(encoder, train);
    const { head } = explain.fitLogistic({ features, labels, dim: encoder.dim, classNames });
    const model = explain.explained(encoder, head);
    const right = async (images: ImageSet): Promise<number> => {
      const found = explain.predictedClasses(model, await embedImages(encoder, images));
      return balancedAccuracy(confusion(images.labels, found, 2));
    };
    const biased = planted(sets.a.images, cue, share, 200 + seed);
    const { rows } = await explain.audit(encoder, biased, { masks: sets.a.masks, suspect: corner, ways: ["exact evidence"], randomNetworks: 2, filled: 0, rng: createRng(seed) }); // prettier-ignore
    const [lines] = explain.interventions(model, biased, { lines: explain.withoutLineOffsets });
    return {
      id,
      cue,
      share,
      asTrained: await right(biased),
      conflicting: await right(planted(sets.a.images, cue, 1 - share, 300 + seed)),
      a: await right(sets.a.images),
      b: await right(sets.b.images),
      c: await right(sets.c.images),
      excess: rows[0].excess.mean,
      corner: rows[0].suspect?.mean ?? NaN,
      cornerRandom: rows[0].suspectRandom?.mean ?? NaN,
      linesChange: lines.changed.mean,
    };
  } finally {
    encoder.dispose();
  }
}

async function experiment(count: number, folder: string): Promise<void> {
  const file = path.join(folder, "encoders.json");
  const kept: Trained[] = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Trained[]) : []; // prettier-ignore
  let sets: Sets | undefined;
  const shares = [0.5, 0.8, 0.9, 1];
  for (let n = 0; n < count; n++) {
    const cue: Cue = n % 2 === 0 ? "corner" : "lines";
    const share = shares[Math.floor(n / 2) % shares.length];
    const seed = 1 + Math.floor(n / 8);
    const id = `${cue} ${share} ${seed}`;
    if (kept.some((one) => one.id === id)) continue;
    sets ??= makeSets();
    const began = performance.now();
    kept.push(await trainOne(sets, id, cue, share, seed));
    writeFileAtomically(file, JSON.stringify(kept, undefined, 1));
    console.log(id, "done in", ((performance.now() - began) / 1000).toFixed(0), "s");
  }
  report(kept);
}

function report(kept: readonly Trained[]): void {
  console.table(
    kept.map((one) => Object.fromEntries(Object.entries(one).map(([k, v]) => [k, typeof v === "number" ? Number(v.toFixed(3)) : v as string]))), // prettier-ignore
  );
  const column = (name: "asTrained" | "a" | "b" | "c" | "excess" | "conflicting") =>
    kept.map((one) => one[name]); // prettier-ignore -- eslint-disable-line
  console.log(
    `\n${kept.length} encoders; rank correlation of the excess of evidence on the defect with`,
  );
  for (const outcome of ["a", "conflicting", "b", "c"] as const) {
    const plain = bootstrap(kept.length, (of) => explain.spearman(pick(column("excess"), of), pick(column(outcome), of))); // prettier-ignore
    const given = (by: "asTrained" | "a") =>
      bootstrap(kept.length, (of) =>
        partial(pick(column("excess"), of), pick(column(outcome), of), pick(column(by), of)),
      ); // prettier-ignore -- eslint-disable-line
    console.log(outcome.padEnd(12), plain, "| given biased validation", given("asTrained"), outcome === "a" ? "" : `| given a clean test ${given("a")}`); // prettier-ignore
  }
}

const pick = (values: readonly number[], of: ArrayLike<number>): number[] => Array.from(of, (i) => values[i]); // prettier-ignore

/** Rank correlation of two lists where the third is held. */
function partial(x: readonly number[], y: readonly number[], z: readonly number[]): number {
  const [xy, xz, yz] = [explain.spearman(x, y), explain.spearman(x, z), explain.spearman(y, z)];
  return (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz));
}

function bootstrap(n: number, measure: (of: ArrayLike<number>) => number): string {
  const rng = createRng(9);
  const all = measure(Array.from({ length: n }, (_, i) => i));
  const drawn = Array.from({ length: 2000 }, () => measure(Array.from({ length: n }, () => rng.integer(n)))).filter(Number.isFinite).sort((a, b) => a - b); // prettier-ignore
  const at = (share: number): string =>
    (drawn[Math.floor(share * (drawn.length - 1))] ?? NaN).toFixed(2);
  return `${all.toFixed(2)} [${at(0.025)}, ${at(0.975)}]`;
}

async function speed(): Promise<void> {
  const set = simulate.images({ seed: 1, trainScans: 24, testScans: 6, clean: [14, 18] });
  const images = subset(set, Array.from({ length: 1000 }, (_, i) => i % set.ids.length).filter((v, i, all) => all.indexOf(v) === i)); // prettier-ignore
  const encoder = await pretrain.none({ encoder: { resnet: { depth: 10, width: 8 } } })(images, createRng(1)); // prettier-ignore
  const features = await embedImages(encoder, images);
  const { labels, classNames } = images;
  const { head } = explain.fitLogistic({ features, labels, dim: encoder.dim, classNames }, { lambda: 100 }); // prettier-ignore
  const model = explain.explained(encoder, head);
  const time = (what: string, run: () => unknown): void => {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    run();
    const used = process.cpuUsage(cpu);
    console.log(what.padEnd(40), `${((performance.now() - began) / 1000).toFixed(2)} s`, `(processor ${((used.user + used.system) / 1e6).toFixed(2)} s)`); // prettier-ignore
  };
  console.log(`${images.ids.length} images of 32 x 32, ResNet-10 of width 8`);
  explain.evidence(model, subset(images, [0, 1]), { for: 1 });
  time("exact evidence", () => explain.evidence(model, images, { for: 1 }));
  time("integrated gradients, 64 points", () => explain.integratedGradients(model, images, { for: 1 }, { points: 64, most: 64 })); // prettier-ignore
  time("physical features", () => measureImages(images, { cellNm: [0.384, 0.768] }));
  encoder.dispose();
}

/** Accuracy of logistic regression on each kind of features, with the same draws of labels. */
async function physics(folder: string): Promise<void> {
  const classes = ["single dimer vacancy", "double dimer vacancy", "C defect", "phosphine", "phosphinidene"]; // prettier-ignore
  const set = simulate.images({ seed: 5, classes, trainScans: 24, testScans: 12, pixels: 240 });
  const part = (name: string): ImageSet => subset(set, Array.from(set.ids.keys()).filter((i) => set.parts?.[i] === name)); // prettier-ignore
  const [train, test] = [part("train"), part("test")];
  const rng = createRng(2);
  const methods = { pixels: pretrain.pixels(), physics: pretrain.physics({ cellNm: [0.384, 0.768] }), SimCLR: pretrain.simclr({ epochs: 20 }) }; // prettier-ignore
  const embedded = new Map<string, { dim: number; train: Float32Array; test: Float32Array }>();
  for (const [name, learn] of Object.entries(methods)) {
    const encoder = await learn({ ...train, labels: train.labels.map(() => -1) }, rng.fork(name));
    embedded.set(name, { dim: encoder.dim, train: await embedImages(encoder, train), test: await embedImages(encoder, test) }); // prettier-ignore
    encoder.dispose();
  }
  const [p, s] = ["physics", "SimCLR"].map((name) => embedded.get(name));
  if (p !== undefined && s !== undefined) embedded.set("physics and SimCLR", { dim: p.dim + s.dim, train: joinRows(p.train, p.dim, s.train, s.dim), test: joinRows(p.test, p.dim, s.test, s.dim) }); // prettier-ignore
  const table: Record<string, string>[] = [];
  for (const [name, { dim, ...rows }] of embedded) {
    const told: Record<string, string> = { features: name };
    for (const labels of [1, 5, 20]) {
      const scores: number[] = [];
      for (let draw = 0; draw < 5; draw++) {
        const order = Array.from(rng.fork(`draw ${draw}`).permutation(train.ids.length));
        const left = new Map<number, number>();
        const given = new Int32Array(train.ids.length).fill(-1);
        for (const i of order) {
          const used = left.get(train.labels[i]) ?? 0;
          if (used < labels) [given[i]] = [train.labels[i], left.set(train.labels[i], used + 1)];
        }
        const fit = classify.logisticRegression().fit;
        const predict = await fit?.({ features: rows.train, labels: given, dim, classNames: train.classNames }, createRng(1)); // prettier-ignore
        if (predict === undefined) throw new Error("no fit");
        const found = argmaxRows(predict(rows.test), train.classNames.length);
        scores.push(balancedAccuracy(confusion(test.labels, found, train.classNames.length)));
      }
      const { mean, halfWidth } = meanInterval(scores);
      told[`${labels} a class`] = `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
    }
    table.push(told);
  }
  console.table(table);
  writeFileAtomically(path.join(folder, "physics.json"), JSON.stringify(table, undefined, 1));
}

function joinRows(a: Float32Array, p: number, b: Float32Array, q: number): Float32Array {
  const n = a.length / p;
  const out = new Float32Array(n * (p + q));
  for (let i = 0; i < n; i++) {
    out.set(a.subarray(i * p, (i + 1) * p), i * (p + q));
    out.set(b.subarray(i * q, (i + 1) * q), i * (p + q) + p);
  }
  return out;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      encoders: { type: "string", default: "40" },
      out: { type: "string", default: path.join(os.tmpdir(), "fewscope-explain") },
      speed: { type: "boolean", default: false },
      physics: { type: "boolean", default: false },
    },
  });
  configureBackend({ threads: 2 });
  fs.mkdirSync(values.out, { recursive: true });
  if (values.speed) await speed();
  else if (values.physics) await physics(values.out);
  else await experiment(Number(values.encoders), values.out);
}

void main();
