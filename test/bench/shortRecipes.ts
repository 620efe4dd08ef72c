/**
 * Which settings suit self-supervised training of some hundred steps: told on sets that no table of ours is of, letters drawn here, characters of three
 * alphabets of Omniglot and real patches of Si(001), with a network and lengths as the techniques' table has them. The defaults of `recipe: "short"` come from here.
 *
 *   node --import tsx test/bench/shortRecipes.ts OUT [--steps 300] [--pretrainings 3] [--draws 3] [--labels 4]... [--only NAME]... [--sets NAME]...
 *
 * The draws of labels take turns with the pretrainings. Balanced accuracy of logistic regression with so many labels a class, of the encoder that is given out and, where that is an average, of the last weights.
 */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { classify, pretrain, study } from "../../src";
import type { Pretrain } from "../../src/core";
import { benchEncoder as encoder, epochsOf } from "../../src/cli/bench/techniqueMethods";
import { tuningSets } from "./tuningSets";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      steps: { type: "string", default: "300" },
      draws: { type: "string" },
      pretrainings: { type: "string", default: "3" },
      labels: { type: "string", multiple: true, default: ["4"] },
      only: { type: "string", multiple: true },
      sets: { type: "string", multiple: true },
    },
  });
  const [out = "runs/short-recipes"] = positionals;
  const pretrainings = Number(values.pretrainings);
  for (const images of await tuningSets(values.sets)) {
    const epochs = epochsOf(images, Number(values.steps));
    for (const [name, learner] of Object.entries(learners({ encoder, epochs }))) {
      if (values.only !== undefined && !values.only.includes(name)) continue;
      const results = await study.run({
        images,
        labelsPerClass: values.labels.map(Number),
        draws: Number(values.draws ?? values.pretrainings),
        pretrainings,
        methods: [{ name, pretrain: learner, classify: classify.logisticRegression() }],
        out: path.join(out, images.name),
      });
      const mean = (of: readonly number[]): string =>
        ((100 * of.reduce((a, b) => a + b, 0)) / of.length).toFixed(1);
      for (const labels of values.labels.map(Number)) {
        const own = results.filter((one) => one.method === name && one.labelsPerClass === labels);
        const last = own.flatMap(({ weights }) => weights?.last.balancedAccuracy ?? []);
        const each = Array.from(
          { length: pretrainings },
          (_, i) =>
          mean(own.filter(({ draw }) => draw % pretrainings === i).map(({ balancedAccuracy }) => balancedAccuracy)), // prettier-ignore
        );
        console.log(images.name, name, labels, mean(own.map(({ balancedAccuracy }) => balancedAccuracy)), last.length > 0 ? `last weights ${mean(last)}` : "", `of ${each.join(" ")}`); // prettier-ignore
      }
    }
  }
}

function learners(sizes: {
  readonly encoder: typeof encoder;
  readonly epochs: number;
}): Record<string, Pretrain> {
  return {
    SimCLR: pretrain.simclr(sizes),
    "MoCo, wider still": pretrain.moco({ ...sizes, momentum: 0.9, hiddenDim: 512 }),
    "SimCLR, wide": pretrain.simclr({ ...sizes, hiddenDim: 256 }),
    "SimCLR, wide, rate 0.36": pretrain.simclr({ ...sizes, hiddenDim: 256, learningRate: 0.36 }),
    "SimCLR rate 0.06": pretrain.simclr({ ...sizes, learningRate: 0.06 }),
    "SimCLR rate 0.36": pretrain.simclr({ ...sizes, learningRate: 0.36 }),
    MoCo: pretrain.moco(sizes),
    "MoCo, as it was": pretrain.moco({ ...sizes, momentum: 0.967, hiddenDim: 64 }),
    "MoCo, narrow": pretrain.moco({ ...sizes, hiddenDim: 64 }),
    "MoCo, momentum 0.967": pretrain.moco({ ...sizes, momentum: 0.967 }),
    "MoCo, narrow, momentum 0.5": pretrain.moco({ ...sizes, momentum: 0.5, hiddenDim: 64 }),
    "MoCo, narrow, momentum 0": pretrain.moco({ ...sizes, momentum: 0, hiddenDim: 64 }),
    "MoCo, rate 0.2": pretrain.moco({ ...sizes, learningRate: 0.2 }),
    "MoCo, as the paper's": pretrain.moco({
      ...sizes,
      headNorm: false,
      learningRate: 0.06,
      momentum: 0.99,
      temperature: 0.2,
    }),
    BYOL: pretrain.byol(sizes),
    "BYOL, rate 0.5": pretrain.byol({ ...sizes, learningRate: 0.5 }),
    "BYOL, rate 2": pretrain.byol({ ...sizes, learningRate: 2 }),
    "BYOL, output 256": pretrain.byol({ ...sizes, outputDim: 256 }),
    "BYOL, output 64": pretrain.byol({ ...sizes, outputDim: 64 }),
    "BYOL, hidden 512": pretrain.byol({ ...sizes, hiddenDim: 512 }),
    "BYOL, momentum 0.5": pretrain.byol({ ...sizes, momentum: 0.5 }),
    "BYOL, as it was": pretrain.byol({ ...sizes, decorrelated: false }),
    "BYOL, without a last norm": pretrain.byol({ ...sizes, decorrelated: false, finalNorm: false }),
    "BYOL, momentum 0.967": pretrain.byol({ ...sizes, momentum: 0.967 }),
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
    "DINO, momentum 0.967": pretrain.dino({ ...sizes, momentum: 0.967 }),
    "DINO, momentum 0.5": pretrain.dino({ ...sizes, momentum: 0.5 }),
    "DINO, momentum 0": pretrain.dino({ ...sizes, momentum: 0 }),
    "DINO, momentum 0.9": pretrain.dino({ ...sizes, momentum: 0.9 }),
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
