/**
 * Which settings suit self-supervised training of some hundred steps: told on sets that no table of ours is of, letters drawn here, characters of three
 * alphabets of Omniglot and real patches of Si(001), with a network and lengths as the techniques' table has them. The defaults of `recipe: "short"` come from here.
 *
 *   node --import tsx test/bench/shortRecipes.ts OUT [--steps 300] [--draws 3] [--labels 4]... [--only NAME]... [--sets NAME]...
 *
 * Balanced accuracy of logistic regression with so many labels a class, of the encoder that is given out and, where that is an average, of the last weights.
 */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { classify, pretrain, study } from "../../src";
import { createRng, imageSet, subset, type ImageSet, type Pretrain } from "../../src/core";
import { readNpzImages } from "../../src/formats";
import { drawnLetters } from "./drawnLetters";
import { alphabets, background, folder } from "./omniglotData";

const encoder = { resnet: { depth: 8, width: 8 } } as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      steps: { type: "string", default: "300" },
      draws: { type: "string", default: "3" },
      labels: { type: "string", multiple: true, default: ["4"] },
      only: { type: "string", multiple: true },
      sets: { type: "string", multiple: true },
    },
  });
  const [out = "runs/short-recipes"] = positionals;
  for (const images of [drawnLetters(), await characters(), patches()]) {
    if (values.sets !== undefined && !values.sets.includes(images.name)) continue;
    const pool = images.parts?.filter((part) => part !== "test").length ?? 0;
    const epochs = Math.round(Number(values.steps) / Math.floor(pool / 128));
    for (const [name, learner] of Object.entries(learners({ encoder, epochs }))) {
      if (values.only !== undefined && !values.only.some((only) => name.startsWith(only))) continue;
      const results = await study.run({
        images,
        labelsPerClass: values.labels.map(Number),
        draws: Number(values.draws),
        pretrainings: Number(values.draws),
        methods: [{ name, pretrain: learner, classify: classify.logisticRegression() }],
        out: path.join(out, images.name),
      });
      const mean = (of: readonly number[]): string =>
        ((100 * of.reduce((a, b) => a + b, 0)) / of.length).toFixed(1);
      for (const labels of values.labels.map(Number)) {
        const own = results.filter((one) => one.method === name && one.labelsPerClass === labels);
        const last = own.flatMap(({ weights }) => weights?.last.balancedAccuracy ?? []);
        console.log(images.name, name, labels, mean(own.map(({ balancedAccuracy }) => balancedAccuracy)), last.length > 0 ? `last weights ${mean(last)}` : ""); // prettier-ignore
      }
    }
  }
}

/** Three alphabets, a quarter of the drawings for the test. */
async function characters(): Promise<ImageSet> {
  const names = ["Greek", "Korean", "Hebrew"];
  const set = alphabets(await background(), (alphabet) => names.includes(alphabet));
  const parts = set.ids.map((_, i) => (i % 4 === 0 ? "test" : "train"));
  return { ...set, name: "Omniglot", parts };
}

/** Real patches of Si(001), cut to their middle; of each class at most 300. */
function patches(): ImageSet {
  const all = readNpzImages({
    file: path.join(folder, "..", "stm", "patches.npz"),
    images: "patches",
    labels: "labels",
    groups: "group",
    classNames: ["background", "bright", "dark"],
  });
  const left = [300, 300, 300];
  const order = createRng(1).permutation(all.ids.length);
  const set = subset(all, [...order].filter((i) => all.groups[i] === "0" && left[all.labels[i]]-- > 0)); // prettier-ignore
  const [size, edge] = [28, set.shape[1]];
  const from = Math.floor((edge - size) / 2);
  const values = set.pixels.read(Int32Array.from(set.ids.keys()));
  const pixels = Float32Array.from({ length: set.ids.length * size * size }, (_, at) => {
    const [image, y, x] = [Math.floor(at / (size * size)), Math.floor(at / size) % size, at % size];
    return values[(image * edge + y + from) * edge + x + from];
  });
  const { windows, ...rest } = set;
  void windows;
  const parts = set.ids.map((_, i) => (i % 4 === 0 ? "test" : "train"));
  return imageSet({ ...rest, name: "Si(001)", pixels, shape: [size, size, 1], parts });
}

function learners(sizes: {
  readonly encoder: typeof encoder;
  readonly epochs: number;
}): Record<string, Pretrain> {
  return {
    SimCLR: pretrain.simclr(sizes),
    "SimCLR rate 0.06": pretrain.simclr({ ...sizes, learningRate: 0.06 }),
    "SimCLR rate 0.36": pretrain.simclr({ ...sizes, learningRate: 0.36 }),
    MoCo: pretrain.moco(sizes),
    "MoCo, as the paper's": pretrain.moco({
      ...sizes,
      headNorm: false,
      learningRate: 0.06,
      momentum: 0.99,
      temperature: 0.2,
    }),
    "MoCo, temperature 0.2": pretrain.moco({ ...sizes, temperature: 0.2, learningRate: 0.2 }),
    BYOL: pretrain.byol(sizes),
    "BYOL, as it was": pretrain.byol({ ...sizes, decorrelated: false }),
    "BYOL, without a last norm": pretrain.byol({ ...sizes, decorrelated: false, finalNorm: false }),
    "BYOL, momentum 0.9": pretrain.byol({ ...sizes, momentum: 0.9 }),
    "BYOL, momentum that rises": pretrain.byol({ ...sizes, momentumRises: true }),
    SimSiam: pretrain.simSiam(sizes),
    "SimSiam, as it was": pretrain.simSiam({ ...sizes, decorrelated: false, learningRate: 0.2 }),
    "SimSiam rate 0.2": pretrain.simSiam({ ...sizes, learningRate: 0.2 }),
    DINO: pretrain.dino(sizes),
    "DINO, as it was": pretrain.dino({
      ...sizes,
      centring: "mean",
      prototypes: 512,
      learningRate: 0.2,
    }),
    "DINO rate 0.2": pretrain.dino({ ...sizes, learningRate: 0.2 }),
    "Barlow Twins": pretrain.barlowTwins(sizes),
    "Barlow Twins rate 0.06": pretrain.barlowTwins({ ...sizes, learningRate: 0.06 }),
    VICReg: pretrain.vicreg(sizes),
    "VICReg rate 0.01": pretrain.vicreg({ ...sizes, learningRate: 0.01 }),
    rotation: pretrain.rotation(sizes),
    "rotation rate 0.2": pretrain.rotation({ ...sizes, learningRate: 0.2 }),
    denoising: pretrain.denoisingAutoencoder(sizes),
    "denoising rate 0.06": pretrain.denoisingAutoencoder({ ...sizes, learningRate: 0.06 }),
  };
}

void main();
