import assert from "node:assert/strict";
import { brightness, contrast, cutout, gamma, noise } from "../../src/augment";
import { createRng, InputError } from "../../src/core";
import { fillNormal } from "../../src/augment/normals";
import { apply, distance, image, moments, randomBatch, repeated } from "./images";

describe("augment/brightness", () => {
  it("adds one number to each image, up to the strength times its own spread, for heights far from zero too", () => {
    const batch = randomBatch([300, 6, 6, 1], 900, 1100);
    const changed = apply(brightness({ strength: 0.4 }), batch);
    const shares = Array.from({ length: 300 }, (_, i) => {
      const [before, after] = [image(batch, i), image(changed, i)];
      const shift = after[0] - before[0];
      // float32 at 1000 has steps of 6e-5.
      assert.ok(
        distance(
          after,
          before.map((v) => v + shift),
        ) < 2e-4,
      );
      return shift / moments(before).deviation;
    });
    assert.ok(shares.every((share) => Math.abs(share) <= 0.4 + 1e-4));
    assert.ok(Math.max(...shares) > 0.38 && Math.min(...shares) < -0.38);
    assert.ok(Math.abs(moments(shares).mean) < (5 * 0.4) / Math.sqrt(3 * 300));
  });
});

describe("augment/contrast", () => {
  it("multiplies deviations from the image's own mean by a factor within the range", () => {
    const batch = randomBatch([200, 6, 6, 2], -80, 40);
    const changed = apply(contrast({ strength: 0.3 }), batch);
    for (let i = 0; i < 200; i++) {
      const [before, after] = [moments(image(batch, i)), moments(image(changed, i))];
      const factor = after.deviation / before.deviation;
      assert.ok(factor >= 0.7 - 1e-5 && factor <= 1.3 + 1e-5, `${factor}`);
      assert.ok(Math.abs(after.mean - before.mean) < 1e-3);
      const expected = image(batch, i).map((v) => before.mean + factor * (v - before.mean));
      assert.ok(distance(image(changed, i), expected) < 1e-3);
    }
  });
});

describe("augment/gamma", () => {
  it("bends within the image's own range and leaves lowest and highest value", () => {
    const batch = randomBatch([50, 6, 6, 1], -80, 40);
    const changed = apply(gamma({ range: [2, 2] }), batch);
    for (let i = 0; i < 50; i++) {
      const before = image(batch, i);
      const [low, high] = [Math.min(...before), Math.max(...before)];
      const expected = before.map((v) => low + (high - low) * ((v - low) / (high - low)) ** 2);
      assert.ok(distance(image(changed, i), expected) < 1e-4);
    }
  });

  it("leaves an image of one value as it is", () => {
    const flat = { values: new Float32Array(16).fill(-7), shape: [1, 4, 4, 1] as const };
    assert.deepEqual(apply(gamma(), flat).values, flat.values);
  });
});

describe("augment/noise", () => {
  it("adds noise of the wanted spread, relative to the image's own or absolute", () => {
    const batch = randomBatch([40, 16, 16, 1], -50, 50);
    for (const absolute of [false, true]) {
      const changed = apply(noise({ sigma: 0.5, absolute }), batch);
      for (let i = 0; i < 40; i++) {
        const before = image(batch, i);
        const added = moments(image(changed, i).map((v, k) => v - before[k]));
        const sigma = absolute ? 0.5 : 0.5 * moments(before).deviation;
        // Five standard errors with 256 values.
        assert.ok(Math.abs(added.deviation - sigma) < (5 * sigma) / Math.sqrt(512));
        assert.ok(Math.abs(added.mean) < (5 * sigma) / 16);
      }
    }
  });

  it("makes numbers with the moments of a normal distribution, and the same on every platform", () => {
    const values = new Float32Array(400001);
    fillNormal(values, createRng(2).fork("noise"));
    const { mean, deviation } = moments(values);
    const n = values.length;
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(n), `${mean}`);
    assert.ok(Math.abs(deviation - 1) < 5 / Math.sqrt(2 * n), `${deviation}`);
    const fourth = values.reduce((sum, v) => sum + v ** 4, 0) / n;
    // The strata cut the tails at 3.5, which takes a little off the fourth moment of 3; its standard error is 0.016.
    assert.ok(Math.abs(fourth - 3) < 0.12, `${fourth}`);
    let neighbours = 0;
    for (let i = 1; i < n; i++) neighbours += values[i] * values[i - 1];
    assert.ok(Math.abs(neighbours / n) < 5 / Math.sqrt(n));
  });
});

describe("augment/cutout", () => {
  it("covers one square with its centre anywhere and leaves the rest", () => {
    const batch = repeated(300, randomBatch([1, 10, 12, 2], 1, 2));
    const changed = apply(cutout({ size: 4, fill: 0 }), batch);
    const sizes = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const covered = Array.from(image(changed, i).keys()).filter(
        (k) => image(changed, i)[k] === 0,
      );
      const rows = covered.map((k) => Math.floor(k / 24));
      const columns = covered.map((k) => Math.floor(k / 2) % 12);
      const height = Math.max(...rows) - Math.min(...rows) + 1;
      const width = Math.max(...columns) - Math.min(...columns) + 1;
      assert.equal(covered.length, height * width * 2, "the covered values fill a rectangle");
      assert.ok(height <= 4 && width <= 4 && height >= 2 && width >= 2);
      const kept = image(changed, i).map((v, k) => (v === 0 ? image(batch, i)[k] : v));
      assert.deepEqual(kept, image(batch, i));
      sizes.add(covered.length);
    }
    assert.ok(sizes.has(32) && sizes.size > 3);
  });

  it("fills with each image's own mean when told, and refuses a square larger than the image", () => {
    const batch = randomBatch([5, 6, 6, 1], -80, 40);
    const changed = apply(cutout({ size: 3, fill: "mean" }), batch);
    for (let i = 0; i < 5; i++) {
      const { mean } = moments(image(batch, i));
      const other = image(changed, i).filter((v, k) => v !== image(batch, i)[k]);
      assert.ok(other.length >= 4 && other.every((v) => Math.abs(v - mean) < 1e-4));
    }
    assert.throws(() => apply(cutout({ size: 7 }), batch), InputError);
  });
});
