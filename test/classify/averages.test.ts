import assert from "node:assert/strict";
import { createRng, UNLABELLED, withLabels, type Classify } from "../../src/core";
import { pretrain, study } from "../../src";
import { sawTeeth } from "../study/sawTeeth";

const encoder = { resnet: { depth: 8, width: 8 } } as const;
const images = sawTeeth({ count: 160, noise: 0.2, nuisance: 0.5 });
const labelled = 40;
const train = withLabels(
  images,
  images.labels.map((label, i) => (i < labelled ? label : UNLABELLED)),
);
const short = { steps: 25, batchSize: 16, unlabelledRatio: 1 };

interface Told {
  readonly average: Float32Array;
  readonly last: Float32Array;
}

/** Class probabilities of all images by the average that is used, and by the last weights. [n*classes] */
async function told(method: Classify): Promise<Told> {
  const start = await pretrain.none({ encoder })(images, createRng(1));
  const classifier = await method(start, train, createRng(2), {});
  start.dispose();
  const average = await classifier.predict(images);
  const last = await classifier.predictByLast?.(images);
  classifier.dispose();
  assert.ok(last !== undefined);
  return { average, last };
}

/** How far the average is from the last weights in what it tells: mean distance of probabilities. */
const lag = ({ average, last }: Told): number =>
  average.reduce((sum, p, i) => sum + Math.abs(p - last[i]), 0) / average.length;

describe("classify: averages of weights", function () {
  this.timeout(300_000);

  for (const name of study.semiSupervised) {
    it(`${name} averages what was learnt last; the mean of the whole training lags behind`, async () => {
      const method = (options: object): Classify => study.classifiers[name](options);
      const own = lag(await told(method(short)));
      // With the momentum 1 it is the plain mean, as it once was by default.
      const mean = lag(await told(method({ ...short, momentum: 1 })));
      assert.ok(own < mean / 1.5, `${own} against ${mean}`);
    });
  }
});
