import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng, InputError, withLabels } from "../../src/core";
import { drawLadder, rung, splitImages, testImages } from "../../src/study";
import { keepClasses } from "../../src/study/keepClasses";
import { stripes } from "./fixtures";

const rng = createRng(5);

describe("study/split", () => {
  it("keeps every group on one side and the classes near their share", () => {
    const set = stripes({ perClass: 60 });
    const split = splitImages(set, { test: 0.3 }, rng);
    const test = new Set(Array.from(split.test, (i) => set.groups[i]));
    for (const i of split.pretrain) assert.ok(!test.has(set.groups[i]));
    assert.equal(split.test.length + split.pretrain.length, set.ids.length);
    for (const c of [0, 1, 2]) {
      const share = split.test.filter((i) => set.labels[i] === c).length / 60;
      assert.ok(Math.abs(share - 0.3) < 0.1, `class ${c}: ${share}`);
    }
  });

  it("tests on the named groups and learns from the others", () => {
    const set = stripes();
    const split = splitImages(set, { testGroups: ["scan 0"] }, rng);
    assert.deepEqual(Array.from(split.test), [0, 1, 2, 3, 4]);
    assert.ok(!split.pretrain.some((i) => set.groups[i] === "scan 0"));
    assert.deepEqual(split.pool, split.pretrain);
  });

  it("shows pretraining the test images only when the study is transductive, and says so", () => {
    const split = splitImages(stripes(), { testGroups: ["scan 0"] }, rng, true);
    assert.ok(split.pretrain.includes(0));
    assert.ok(!split.pool.includes(0));
    assert.match(split.notes.join(" "), /Transductive/);
  });

  it("says of pretraining one thing only, whatever the split", () => {
    const parts = stripes().ids.map((_, i) =>
      i % 3 === 0 ? ("test" as const) : ("train" as const),
    );
    for (const set of [stripes(), { ...stripes(), parts }])
      for (const spec of [{ testGroups: ["scan 0"] }, { adaptGroups: ["scan 0"] }]) {
        const [plain, seen] = [false, true].map((all) => splitImages(set, spec, rng, all).notes.join(" ")); // prettier-ignore
        assert.match(plain, /retraining without group scan 0/);
        assert.doesNotMatch(seen, /retraining without/);
        assert.match(seen, /^Labels .*Transductive: pretraining saw the test images, without labels\.$/); // prettier-ignore
      }
  });

  it("takes labels and test from the adapted group, without images that overlap a labelled one", () => {
    const windows = Array.from({ length: 60 }, (_, i) => ({ x: 10 * i, y: 0, size: 15 }));
    const set = { ...stripes({ groupSize: 30 }), windows };
    const split = splitImages(set, { adaptGroups: ["scan 1"] }, rng);
    assert.ok(!split.pretrain.some((i) => set.groups[i] === "scan 1"));
    const labelled = rung(drawLadder(set, split, 2, rng), split.pool, 2);
    const test = testImages(set, split, labelled);
    assert.equal(labelled.length, 6);
    for (const i of labelled) {
      assert.equal(set.groups[i], "scan 1");
      for (const near of [i - 1, i, i + 1]) assert.ok(!test.includes(near));
    }
    assert.ok(test.length > 0);
  });

  it("keeps to the set's own parts where the adapted groups have both", () => {
    const plain = stripes({ groupSize: 30 });
    const parts = plain.ids.map((_, i) => (i % 3 === 0 ? ("test" as const) : ("train" as const)));
    const split = splitImages({ ...plain, parts }, { adaptGroups: ["* 1"] }, rng);
    for (const i of split.pretrain) assert.ok(plain.groups[i] !== "scan 1" && parts[i] === "train");
    for (const i of split.pool) assert.ok(plain.groups[i] === "scan 1" && parts[i] === "train");
    for (const i of split.test) assert.ok(plain.groups[i] === "scan 1" && parts[i] === "test");
    assert.equal(split.pool.length + split.test.length, 30);
  });

  it("says which groups there are when one is not", () => {
    assert.throws(
      () => splitImages(stripes(), { testGroups: ["scan 99"] }, rng),
      (error) => error instanceof InputError && /scan 99.*scan 0/.test(error.message),
    );
  });

  it("asks for a split where the set has none", () => {
    assert.throws(() => splitImages(stripes(), undefined, rng), InputError);
  });
});

describe("study/ladder", () => {
  it("nests the budgets of a draw and takes the same number of each class", () => {
    const set = stripes({ perClass: 40 });
    const split = splitImages(set, { test: 0.25 }, rng);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 50 }), (k, draw) => {
        const ladder = drawLadder(set, split, 20, createRng(draw));
        const small = rung(ladder, split.pool, k);
        const large = new Set(rung(ladder, split.pool, 20));
        assert.equal(small.length, 3 * k);
        for (const c of [0, 1, 2]) assert.equal(small.filter((i) => set.labels[i] === c).length, k);
        assert.ok(small.every((i) => large.has(i) && split.pool.includes(i)));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("names the class that has too few images for the budget", () => {
    const set = stripes({ perClass: 6 });
    const split = splitImages(set, { testGroups: ["scan 0"] }, rng);
    assert.throws(
      () => drawLadder(set, split, 6, rng),
      (error) => error instanceof InputError && /class "class 0" with 4 images/.test(error.message),
    );
  });

  it("passes over a class that the pool does not have", () => {
    const all = stripes();
    const labels = all.labels.map((label, i) => (all.groups[i] === "scan 0" ? label : label % 2));
    const set = withLabels(all, labels);
    const ladder = drawLadder(set, splitImages(set, { testGroups: ["scan 0"] }, rng), 2, rng);
    assert.equal(("byClass" in ladder ? ladder.byClass : [])[2].length, 0);
  });
});

describe("study/keepClasses", () => {
  it("leaves out a class that can be neither learnt nor tested, and says so", () => {
    const all = stripes({ perClass: 20, groupSize: 20 });
    const labels = all.labels.map((label, i) => (all.groups[i] === "scan 2" ? label % 2 : label));
    const set = withLabels(all, labels);
    const split = splitImages(set, { adaptGroups: ["scan 2"] }, rng);
    const kept = keepClasses(set, split);
    assert.deepEqual(kept.set.classNames, ["class 0", "class 1"]);
    assert.match(kept.notes.join(), /class 2/);
    for (const i of split.pool) assert.equal(kept.set.labels[i], labels[i]);
    assert.ok(kept.set.labels.every((label) => label < 2));
    assert.equal(keepClasses(all, splitImages(all, { test: 0.3 }, rng)).set, all);
  });
});
