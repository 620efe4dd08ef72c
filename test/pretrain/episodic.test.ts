import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  hideLabels,
  StoppedError,
  subset,
  type Encoder,
  type ImageSet,
  type ProgressEvent,
} from "../../src/core";
import { classify, metrics, nets, pretrain } from "../../src";
import { stripes } from "../study/fixtures";

const source = stripes({ classes: 5, perClass: 12, size: 16 });
const target = stripes({ classes: 3, perClass: 12, size: 16 });
const options = {
  source,
  encoder: { conv4: { width: 6 } },
  episodes: 40,
  ways: 4,
  queries: 3,
  learningRate: 0.01,
} as const;

/** Share of images told right with the first two of each class labelled. */
async function accuracy(
  method: ReturnType<typeof classify.prototypes>,
  encoder: Encoder,
): Promise<number> {
  // prettier-ignore
  const train = subset(target, [0, 1, 2, 3, 4, 5]);
  const test = subset(
    target,
    Array.from({ length: 30 }, (_, i) => 6 + i),
  );
  const classifier = await method(encoder, train, createRng(1));
  const told = await classifier.predict(hideLabels(test));
  classifier.dispose();
  for (let i = 0; i < 30; i++)
    assert.ok(Math.abs(told[3 * i] + told[3 * i + 1] + told[3 * i + 2] - 1) < 1e-5);
  return metrics.accuracy(metrics.confusion(test.labels, metrics.argmaxRows(told, 3), 3));
}

const methods = {
  prototypical: [pretrain.prototypical(options), classify.prototypes()],
  "prototypical, two shots": [pretrain.prototypical({ ...options, shots: 2 }), classify.prototypes()],
  matching: [pretrain.matching({ ...options, temperature: 0.2 }), classify.matching()],
  "matching, full context": [
    pretrain.matching({ ...options, temperature: 0.2, fullContext: true, contextSteps: 1, ways: 3 }),
    classify.matching({ fullContext: true }),
  ],
  relation: [pretrain.relation({ ...options, hiddenDim: 8 }), classify.relation()],
} as const; // prettier-ignore

describe("pretraining by episodes", () => {
  for (const [name, [method, classifier]] of Object.entries(methods)) {
    it(`learns to tell classes it has not seen, the same bytes for the same seed: ${name}`, async () => {
      const losses: number[] = [];
      const keep = (_: string, values: Float32Array): void => void losses.push(...values);
      const unlabelled = hideLabels(target);
      const first = await method(unlabelled, createRng(1), { keep });
      const again = await method(unlabelled, createRng(1));
      const mean = (from: number): number =>
        losses.slice(from, from + 10).reduce((sum, loss) => sum + loss / 10, 0);
      assert.equal(losses.length, 40);
      assert.ok(mean(30) < 0.8 * mean(0), `${mean(0)} to ${mean(30)}`);
      const rows = await nets.embedImages(first, target);
      assert.deepEqual(await nets.embedImages(again, target), rows);
      const found = await accuracy(classifier, first);
      assert.ok(found > 0.6, `${found}`);
      first.dispose();
      again.dispose();
    });
  }

  it("goes on from a checkpoint, with what it learns along to compare embeddings", async () => {
    const method = pretrain.relation({ ...options, episodes: 6 });
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-"));
    const checkpoint = path.join(folder, "checkpoint");
    const values = (encoder: Encoder): number[][] =>
      Array.from(encoder.network?.variables.values() ?? [], (v) => Array.from(v.dataSync()));
    try {
      const stop = new AbortController();
      const on = { checkpoint, signal: stop.signal, report: (event: ProgressEvent): void => void (event.done === 3 && stop.abort()) }; // prettier-ignore
      await assert.rejects(method(hideLabels(target), createRng(3), on), StoppedError);
      const steps: number[] = [];
      const resumed = await method(hideLabels(target), createRng(3), {
        checkpoint,
        report: ({ done }) => void steps.push(done),
      });
      const whole = await method(hideLabels(target), createRng(3));
      assert.deepEqual(steps, [4, 5, 6]);
      assert.deepEqual(values(resumed), values(whole));
      whole.dispose();
      resumed.dispose();
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("takes the mean and spread of the images it is for", async () => {
    const bright: ImageSet = {
      ...target,
      pixels: { read: (indices) => target.pixels.read(indices).map((x) => 50 + 9 * x) },
    };
    const method = pretrain.prototypical({ ...options, episodes: 5 });
    const [one, other] = [
      await method(hideLabels(target), createRng(1)),
      await method(hideLabels(bright), createRng(1)),
    ];
    const [a, b] = [await nets.embedImages(one, target), await nets.embedImages(other, bright)];
    one.dispose();
    other.dispose();
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-2 * (1 + Math.abs(value))));
  });

  it("counts quarter turns as classes: two stripes make enough for eight ways", async () => {
    const two = stripes({ classes: 2, perClass: 8, size: 16 });
    const size = { ...options, source: two, episodes: 2, ways: 8 };
    assert.throws(() => pretrain.prototypical(size), /2 classes with at least 4/);
    const method = pretrain.prototypical({ ...size, turnsAsClasses: true });
    (await method(hideLabels(target), createRng(1))).dispose();
  });

  it("says what is wrong with source, sizes and encoders", async () => {
    assert.throws(() => pretrain.matching({ ...options, source: hideLabels(source) }), /0 classes/);
    assert.throws(() => pretrain.relation({ ...options, shots: 20 }), /0 classes with at least 23/);
    assert.throws(() => pretrain.prototypical({ ...options, ways: 1 }), /ways 1/);
    assert.throws(
      () => pretrain.prototypical({ ...options, source: { ...source, shape: [8, 32, 1] }, turnsAsClasses: true }), // prettier-ignore
      /turnsAsClasses for images of 8 x 32/,
    );
    const colour: ImageSet = { ...target, shape: [16, 8, 2] };
    await assert.rejects(pretrain.prototypical(options)(colour, createRng(1)), /source with 1 ch/);
    const plain = await pretrain.none()(hideLabels(target), createRng(1));
    await assert.rejects(accuracy(classify.relation(), plain), /has not learnt relations/);
    await assert.rejects(
      accuracy(classify.matching({ fullContext: true }), plain),
      /not learnt it/,
    );
    plain.dispose();
  });
});

describe("pretrain/quarterTurn", () => {
  it("turns as augment.quarterTurns does, four times to where it was", async () => {
    const { quarterTurn } = await import("../../src/pretrain/quarterTurn.js");
    const image = Float32Array.from({ length: 18 }, (_, i) => i);
    const turned = image.slice();
    quarterTurn(turned, 3, 2, 1);
    // Counter-clockwise: the right column becomes the top row.
    assert.deepEqual(Array.from(turned.subarray(0, 6)), [4, 5, 10, 11, 16, 17]);
    for (const quarters of [2, 3]) {
      const once = image.slice();
      quarterTurn(once, 3, 2, quarters);
      const steps = image.slice();
      for (let i = 0; i < quarters; i++) quarterTurn(steps, 3, 2, 1);
      assert.deepEqual(once, steps);
    }
    quarterTurn(turned, 3, 2, 3);
    assert.deepEqual(turned, image);
  });
});
