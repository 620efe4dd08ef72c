import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  defined,
  createRng,
  imageSet,
  InputError,
  labelledIndices,
  StoppedError,
  subset,
  UNLABELLED,
  withLabels,
  type Augmentation,
  type Classify,
  type ImageSet,
} from "../../src/core";
import { classify, pretrain, study } from "../../src";
import { accuracy, argmaxRows, confusion } from "../../src/metrics";
import { stripes } from "../study/fixtures";

const encoder = { resnet: { depth: 8, width: 4 } } as const;
const images = stripes({ perClass: 16, size: 8 });

/** The first images of each class keep their labels. */
function labelled(set: ImageSet, perClass: number): ImageSet {
  const seen = new Map<number, number>();
  const labels = set.labels.map((label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return before < perClass ? label : UNLABELLED;
  });
  return withLabels(set, labels);
}

async function train(
  method: Classify,
  set: ImageSet,
  keep?: (name: string, values: Float32Array) => void,
): Promise<Float32Array> {
  const start = await pretrain.none({ encoder })(images, createRng(1));
  try {
    const classifier = await method(start, set, createRng(2), defined({ keep }));
    try {
      return await classifier.predict(images);
    } finally {
      classifier.dispose();
    }
  } finally {
    start.dispose();
  }
}

const small = { steps: 4, batchSize: 6, unlabelledRatio: 2 };
const methods = Object.fromEntries(
  study.semiSupervised.map((name) => [
    name,
    (options: object): Classify => study.classifiers[name](options),
  ]),
);

describe("classify: what all trainings on labelled and unlabelled images hold", () => {
  for (const [name, make] of Object.entries(methods)) {
    it(`${name} gives the same bytes for the same seed, whatever the hidden labels are`, async () => {
      const found = await train(make(small), labelled(images, 2));
      const turned = withLabels(
        images,
        images.labels.map((label) => (label + 1) % 3),
      );
      const hidden = labelled(images, 2);
      const other = withLabels(turned, hidden.labels);
      assert.deepEqual(await train(make(small), other), found);
      for (let i = 0; i < found.length; i += 3)
        assert.ok(Math.abs(found[i] + found[i + 1] + found[i + 2] - 1) < 1e-5);
    });

    it(`${name} takes one image a class, and batches larger than the set`, async () => {
      const huge = { ...small, steps: 2, batchSize: 1000 };
      const found = await train(make(huge), labelled(images, 1));
      assert.ok(found.every(Number.isFinite));
    });

    it(`${name} says which class has no label, and that images are not numbers`, async () => {
      const without = withLabels(
        images,
        labelled(images, 2).labels.map((label) => (label === 1 ? UNLABELLED : label)),
      );
      await assert.rejects(train(make(small), without), /no labelled image of class "class 1"/);
      const pixels = images.pixels.read(images.labels.map((_, i) => i));
      pixels[5 * 64 + 3] = NaN;
      const broken = imageSet({ ...images, pixels });
      const all = { ...small, batchSize: 1000 };
      await assert.rejects(
        train(make(all), labelled(broken, 2)),
        (error) => error instanceof InputError && /not|NaN/.test(error.message),
      );
    });

    it(`${name} tells a diverging run in a sentence`, async () => {
      const wild = { ...small, steps: 12, learningRate: 1e30 };
      await assert.rejects(
        train(make(wild), labelled(images, 2)),
        (error) => error instanceof InputError && /learning rate/.test(error.message),
      );
    });

    it(`${name} asks for an encoder with weights, and for options within their range`, async () => {
      const pixels = await pretrain.pixels()(images, createRng(1));
      await assert.rejects(
        make(small)(pixels, labelled(images, 2), createRng(1)),
        /encoder without weights/,
      );
      assert.throws(() => make({ ...small, steps: 0 }), InputError);
    });
  }

  it("learns an easy task from one label a class and the images without labels", async () => {
    for (const name of ["fixMatch", "meanTeacher"]) {
      const options = { steps: 60, batchSize: 12, unlabelledRatio: 2, momentum: 0.9 };
      const weak: Augmentation = (x) => x;
      const method = methods[name]({ ...options, weak });
      const predicted = argmaxRows(await train(method, labelled(images, 2)), 3);
      const score = accuracy(confusion(images.labels, predicted, 3));
      assert.ok(score > 0.8, `${name}: ${score}`);
    }
  });

  it("records by step which share of the unlabelled images counted", async () => {
    const kept = new Map<string, Float32Array>();
    const method = classify.fixMatch({ ...small, threshold: 0 });
    await train(method, labelled(images, 2), (name, values) => kept.set(name, values));
    assert.deepEqual(kept.get("accepted"), Float32Array.of(1, 1, 1, 1));
    const strict = classify.fixMatch({ ...small, threshold: 1 });
    await train(strict, labelled(images, 2), (name, values) => kept.set(name, values));
    assert.deepEqual(kept.get("accepted"), Float32Array.of(0, 0, 0, 0));
  });

  it("supCon learns from the labelled images alone, the same bytes for the same seed", async () => {
    const method = classify.supCon({ steps: 30, learningRate: 0.05 });
    const found = await train(method, labelled(images, 4));
    const score = accuracy(confusion(images.labels, argmaxRows(found, 3), 3));
    assert.ok(score > 0.6, String(score));
    const alone = labelled(images, 4);
    const known = subset(alone, labelledIndices(alone));
    const short = classify.supCon({ steps: 2, outputDim: 8, batchSize: 999 });
    const once = await train(short, alone);
    assert.deepEqual(await train(short, alone), once);
    assert.deepEqual(await train(short, known), once);
    const without = withLabels(
      images,
      alone.labels.map((label) => (label === 1 ? UNLABELLED : label)),
    );
    await assert.rejects(train(short, without), /no labelled image of class "class 1"/);
  });

  for (const name of study.semiSupervised) {
    it(`${name} gives the same bytes when it was stopped and went on`, async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-semi-"));
      const checkpoint = path.join(folder, "half.safetensors");
      const takes = study.classifiers[name].definition.options;
      const options = { ...small, steps: 6, ...("threshold" in takes ? { threshold: 0.4 } : {}) };
      const whole = await train(methods[name](options), labelled(images, 2));
      const start = await pretrain.none({ encoder })(images, createRng(1));
      const stop = new AbortController();
      const report = ({ done }: { done: number }): void => {
        if (done === 3) stop.abort();
      };
      const first = { checkpoint, signal: stop.signal, report };
      const set = labelled(images, 2);
      await assert.rejects(methods[name](options)(start, set, createRng(2), first), StoppedError);
      const made = await methods[name](options)(start, set, createRng(2), { checkpoint });
      assert.deepEqual(await made.predict(images), whole);
      made.dispose();
      start.dispose();
      fs.rmSync(folder, { recursive: true });
    });
  }

  it("records the thresholds of the classes that flexMatch ended with", async () => {
    const kept = new Map<string, Float32Array>();
    const method = classify.flexMatch({ ...small, steps: 12, threshold: 0.4 });
    await train(method, labelled(images, 2), (name, values) => kept.set(name, values));
    const thresholds = kept.get("thresholds") ?? new Float32Array();
    assert.equal(thresholds.length, 3);
    assert.ok(thresholds.every((value) => value >= 0 && value <= Math.fround(0.4)));
    assert.ok(thresholds.some((value) => value > 0));
  });

  it("starts from the weights of a pretrained encoder and leaves them as they are", async () => {
    const start = await pretrain.none({ encoder })(images, createRng(1));
    const before = start.network?.variables.get("stem.conv.weight")?.dataSync().slice();
    const method = classify.fixMatch({ ...small, learningRate: 1e-9 });
    const made = await method(start, labelled(images, 2), createRng(1));
    assert.deepEqual(start.network?.variables.get("stem.conv.weight")?.dataSync(), before);
    made.dispose();
    start.dispose();
  });

  it("needs no pool beside the labelled images", async () => {
    const few = subset(images, Int32Array.of(0, 1, 2));
    assert.ok((await train(classify.meanTeacher(small), few)).every(Number.isFinite));
  });
});
