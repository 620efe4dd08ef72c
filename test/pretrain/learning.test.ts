import assert from "node:assert/strict";
import { createRng, UNLABELLED, type FitRows, type ImageSet, type Pretrain } from "../../src/core";
import { augment, classify, nets, pretrain, study } from "../../src";
import { argmaxRows } from "../../src/metrics";
import { sawTeeth } from "../study/sawTeeth";

const encoder = { resnet: { depth: 8, width: 8 } } as const;

/** Views that change what says nothing of the class. */
const views = augment.compose(
  augment.randomResizedCrop({ scale: [0.5, 1] }),
  augment.brightness({ strength: 2 }),
  augment.contrast({ strength: 0.7 }),
  augment.noise({ sigma: [0, 0.3] }),
);

/** For a hundred or two hundred steps. */
const short: Readonly<Record<string, object>> = {
  moco: { epochs: 60 },
  byol: { epochs: 60 },
  simSiam: { learningRate: 0.1, batchSize: 80, epochs: 60, outputDim: 128, bottleneck: 64 },
  barlowTwins: { learningRate: 0.003, batchSize: 80, epochs: 60, outputDim: 128 },
  vicreg: { learningRate: 0.02 },
  dino: { epochs: 60, prototypes: 64 },
  // These two learn from images that are mirrored or shifted only.
  rotation: { learningRate: 0.6, views: undefined },
  denoisingAutoencoder: {
    learningRate: 1,
    epochs: 60,
    mask: 0.3,
    patch: 2,
    noise: 1,
    views: (x: never) => x,
  },
};

/** How much better an embedding has to tell the classes than that of a network with random weights, of which a quarter is right by chance. */
const margin = 0.15;

/** Where rounding decides how far a single training gets, several are asked together: to be better by as much on average. */
const several: Readonly<Record<string, { readonly trainings: number; readonly margin: number }>> = {
  denoisingAutoencoder: { trainings: 6, margin: 0.1 },
};

/** Share that a logistic regression on 4 labels a class tells right of the other images. */
async function shareRight(method: Pretrain, images: ImageSet, seed: number): Promise<number> {
  const made = await method(images, createRng(seed));
  const features = await nets.embedImages(made, images);
  const labelled = images.labels.map((label, i) => (i < 16 ? label : UNLABELLED));
  const { classNames } = images;
  const rows = { features, labels: labelled, dim: made.dim, classNames };
  made.dispose();
  const predict = await (classify.logisticRegression().fit as FitRows)(rows, createRng(1));
  const told = argmaxRows(predict(features), 4);
  const right = images.labels.filter((label, i) => i >= 16 && told[i] === label).length;
  return right / (images.labels.length - 16);
}

describe("pretrain: what is learnt", function () {
  this.timeout(600_000);

  for (const name of study.selfSupervised) {
    it(`${name} tells classes apart that a random network does not`, async () => {
      // What paints images again keeps their level and contrast, and gets noise in their place.
      const images = name === "denoisingAutoencoder" ? sawTeeth({ noise: 0.6, nuisance: 0 }) : sawTeeth(); // prettier-ignore
      const factory = study.pretrainings[name] as (options: object) => Pretrain;
      const common = { encoder, views, epochs: 30, batchSize: 40, learningRate: 0.15 };
      const asked = several[name] ?? { trainings: 1, margin };
      let learnt = 0;
      let random = 0;
      for (let seed = 1; seed <= asked.trainings; seed++) {
        learnt += (await shareRight(factory({ ...common, ...short[name] }), images, seed)) / asked.trainings; // prettier-ignore
        random += (await shareRight(pretrain.none({ encoder }), images, seed)) / asked.trainings;
      }
      assert.ok(random < 0.5, `a random network tells ${random}`);
      assert.ok(learnt > random + asked.margin, `${learnt} after, ${random} before`);
    });
  }
});
