import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";

describe("core/rng", () => {
  it("gives the same numbers for the same seed and names, on every platform", () => {
    const rng = createRng(1).fork("label draw").fork("3");
    assert.deepEqual(
      Array.from({ length: 4 }, () => rng.integer(1000)),
      [675, 323, 268, 517],
    );
  });

  it("draws from a fork without moving its parent or its siblings", () => {
    const parent = createRng(7);
    const expected = createRng(7).uniform();
    const child = parent.fork("a");
    child.uniform();
    assert.equal(parent.uniform(), expected);
    assert.notEqual(createRng(7).fork("a").uniform(), createRng(7).fork("b").uniform());
  });

  it("permutes without loss and draws integers evenly", () => {
    const rng = createRng(2);
    assert.deepEqual(
      Array.from(rng.permutation(500)).sort((a, b) => a - b),
      Array.from({ length: 500 }, (_, i) => i),
    );
    const counts = new Float64Array(7);
    for (let i = 0; i < 70000; i++) counts[rng.integer(7)] += 1;
    // Five standard deviations of a binomial count.
    for (const count of counts) assert.ok(Math.abs(count - 10000) < 5 * Math.sqrt(10000 * (6 / 7)));
  });

  it("has the moments of a normal distribution", () => {
    const rng = createRng(3);
    const n = 100000;
    const draws = Float64Array.from({ length: n }, () => rng.normal());
    const mean = draws.reduce((a, b) => a + b) / n;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(n));
    assert.ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / n));
  });

  it("fills an array with the same numbers as one by one", () => {
    const [one, many] = [createRng(6), createRng(6)];
    for (const length of [0, 1, 2, 777]) {
      const values = new Float64Array(length);
      many.normals(values);
      assert.deepEqual(
        Array.from(values),
        Array.from({ length }, () => one.normal()),
      );
      assert.equal(many.uniform(), one.uniform());
    }
  });

  it("never hands TensorFlow the seed 0 and refuses seeds that are no whole numbers", () => {
    const rng = createRng(4);
    for (let i = 0; i < 1000; i++) assert.ok(rng.tfSeed() >= 1);
    assert.throws(() => createRng(0.5), InputError);
    assert.throws(() => rng.integer(0), InputError);
  });
});
