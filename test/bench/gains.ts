import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { catalog, core, formats, metrics, nets, pretrain, session } from "../../src";

/*
 * What the next ten labels bring, against what the last ten changed, in simulated sessions on the features of simulated scans, and of real patches if a file is given:
 * node --import tsx test/bench/gains.ts [SESSIONS] [PATCHES.npz] [FIRST SEED]
 *
 * The range that a session tells goes by the share of the features whose class the last labels changed. How often it held the true gain of the next ten, and how wide it was, by what is
 * labelled and by how many labels there are. Its numbers were settled when seeds 1 to 6 of all worlds had been seen; other seeds are other sessions, of the same
 * images.
 */
interface World {
  readonly name: string;
  readonly features: Float32Array;
  readonly dim: number;
  readonly labels: ArrayLike<number>;
}

const batch = 10;
const batches = 16;
const mostItems = 600;

interface Step {
  readonly world: string;
  readonly labels: number;
  readonly changed: number;
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

async function main(): Promise<void> {
  const sessions = Number(process.argv[2] ?? 20);
  const patches = process.argv[3];
  const first = Number(process.argv[4] ?? 1);
  const steps: Step[] = [];
  for (const world of await worlds(patches))
    for (let s = 0; s < sessions; s++) steps.push(...(await simulate(world, first + s)));
  report(steps, "all");
  for (const world of new Set(steps.map((step) => step.world)))
    report(steps.filter((step) => step.world === world), world); // prettier-ignore
  for (const [from, to] of [[20, 50], [60, 100], [110, 160]]) // prettier-ignore
    report(steps.filter(({ labels }) => labels >= from && labels <= to), `${from} to ${to} labels`); // prettier-ignore
}

function report(steps: readonly Step[], title: string): void {
  const held = steps.filter(({ low, gain, high }) => low <= gain && gain <= high).length;
  const width = steps.reduce((sum, { low, high }) => sum + high - low, 0) / steps.length;
  const gain = steps.reduce((sum, one) => sum + one.gain, 0) / steps.length;
  const ratios = steps.filter(({ changed }) => changed > 0).map((one) => one.gain / one.changed);
  ratios.sort((a, b) => a - b);
  const at = (share: number): string => ratios[Math.floor(share * (ratios.length - 1))].toFixed(2);
  const { share, low, high } = metrics.wilson(held, steps.length);
  console.log(
    `${title.padEnd(32)} held ${(100 * share).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}; ${held} of ${steps.length}), mean width ${(100 * width).toFixed(1)} points, mean gain ${(100 * gain).toFixed(1)}; gain over changed share: 5 % ${at(0.05)}, 50 % ${at(0.5)}, 95 % ${at(0.95)}`,
  );
}

async function simulate({ name, features, dim, labels }: World, seed: number): Promise<Step[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-gains-"));
  const rng = core.createRng(seed).fork(name);
  const some = Array.from(rng.permutation(labels.length)).slice(0, mostItems);
  const rows = new Float32Array(some.length * dim);
  some.forEach((i, at) => rows.set(features.subarray(i * dim, (i + 1) * dim), at * dim));
  const truth = some.map((i) => labels[i]);
  const images = core.imageSet({ name: "rows", pixels: rows, shape: [1, dim, 1] });
  const opened = await session.openSession(session.collectImages(images), {
    folder,
    seed,
    pretrain: asTheyAre(dim),
  });
  try {
    opened.record(
      [...new Set(truth)].map((c) => ({
        uuid: `class ${c}`,
        by: "ann",
        action: { kind: "add class", class: `c${c}`, name: `class ${c}` },
      })),
    );
    const steps: Step[] = [];
    let before: { accuracy: number; told: session.GainRange | undefined } | undefined;
    for (let b = 0; b < batches; b++) {
      const how = { blind: true, reason: "audit" };
      opened.record(
        opened.next("ann", batch).map(({ item }) => ({
          uuid: `label ${item}`,
          by: "ann",
          action: { kind: "label", items: [item], class: `c${truth[Number(item)]}`, how },
        })),
      );
      await opened.refit();
      const { model } = opened;
      if (model === undefined) continue;
      const k = model.classes.length;
      const right = truth.filter(
        (c, i) => model.classes[session.likeliest(model.probabilities, i, k)] === `c${c}`,
      ).length;
      const accuracy = right / truth.length;
      if (before?.told !== undefined) {
        const { changed, low, high } = before.told;
        const gain = accuracy - before.accuracy;
        steps.push({ world: name, labels: b * batch, changed, gain, low, high });
      }
      before = { accuracy, told: session.gainRange(opened) };
    }
    return steps;
  } finally {
    opened.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function asTheyAre(dim: number): core.Pretrain {
  const encoder: core.Encoder = {
    dim,
    embed: (images) => core.tf.tidy(() => images.reshape([images.shape[0], dim])),
    clone: () => encoder,
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
  return core.known<core.Pretrain>(() => Promise.resolve(encoder), {
    name: "as they are",
    revision: 1,
  });
}

async function worlds(patches: string | undefined): Promise<World[]> {
  const found: World[] = [synthetic(0.55), synthetic(1.1)];
  for (const name of ["stm-simulated-small", "stm-simulated"])
    found.push(await embedded(name, await catalog.load(name)));
  if (patches === undefined) return found;
  const real = formats.readNpzImages({
    file: patches,
    images: "patches",
    labels: "labels",
    groups: "group",
    classNames: ["background", "bright", "dark"],
  });
  return [...found, await embedded("real patches", real)];
}

async function embedded(name: string, set: core.ImageSet): Promise<World> {
  const some = [...set.ids.keys()].filter(
    (i) => set.labels[i] >= 0 && !["test", "unlabelled"].includes(set.parts?.[i] ?? ""),
  );
  const own = core.subset(set, Array.from(core.createRng(1).permutation(some.length).subarray(0, 1200), (at) => some[at])); // prettier-ignore
  const encoder = await pretrain.physics()(core.hideLabels(own), core.createRng(1));
  const features = await nets.embedImages(encoder, own);
  encoder.dispose();
  return { name, features, dim: encoder.dim, labels: own.labels };
}

/** Five Gaussian classes, of which the last are rare. */
function synthetic(apart: number): World {
  const [n, dim] = [3000, 24];
  const rng = core.createRng(1).fork("synthetic");
  const centres = Float32Array.from({ length: 5 * dim }, () => rng.normal() * apart);
  const labels = Int32Array.from({ length: n }, () => Math.floor(5 * rng.uniform() ** 1.6));
  const features = Float32Array.from(
    { length: n * dim },
    (_, at) => centres[labels[Math.floor(at / dim)] * dim + (at % dim)] + rng.normal(),
  );
  return { name: `synthetic, ${apart} apart`, features, dim, labels };
}

void main();
