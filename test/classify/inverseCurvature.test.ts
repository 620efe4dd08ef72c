import assert from "node:assert/strict";
import { inverseCurvature } from "../../src/classify/inverseCurvature";
import { minimise } from "../../src/classify/minimise";
import { matrixProducts, softmaxObjective } from "../../src/classify/softmaxObjective";
import { createRng } from "../../src/core";

/** Features as an encoder gives them: a few directions in which images differ much, and many in which they hardly do. [n*d] */
function alike(n: number, d: number): Float64Array {
  const rng = createRng(7);
  const directions = Array.from({ length: d }, (_, k) =>
    Float64Array.from({ length: d }, () => rng.normal() * 0.8 ** Math.min(k, 40)),
  );
  const features = new Float64Array(n * d);
  for (let i = 0; i < n; i++)
    for (const direction of directions) {
      const weight = rng.normal();
      for (let j = 0; j < d; j++) features[i * d + j] += weight * direction[j];
    }
  return features;
}

describe("classify/inverseCurvature", () => {
  it("undoes how the slope changes about where all weights are 0", () => {
    const [n, d, k, c] = [40, 5, 3, 0.5];
    const features = alike(n, d);
    const labels = Int32Array.from({ length: n }, (_, i) => i % k);
    const inverse = inverseCurvature(features, n, d, k, c);
    assert.ok(inverse !== undefined);
    const products = matrixProducts(features, n, d, k);
    try {
      const objective = softmaxObjective(products.forward, products.backward, labels, d, k, c);
      const weights = Float64Array.from({ length: d }, (_, j) => Math.cos(j));
      // Weights of one class more and of another less, of which classes that do not depend on each other know a part.
      const slopes = [1e-4, -1e-4].map((by) => {
        const gradient = new Float64Array((d + 1) * k);
        const point = new Float64Array((d + 1) * k);
        weights.forEach((w, j) => point.set([by * w, -by * w], j * k));
        objective(point, gradient);
        return gradient;
      });
      const back = inverse.times(slopes[0].map((value, at) => (value - slopes[1][at]) / 2e-4));
      const along = weights.reduce((sum, w, j) => sum + w * back[j * k], 0);
      const share = along / weights.reduce((sum, w) => sum + w * w, 0);
      // The curvature of the difference is 1 / k, that of each class alone (1 - 1 / k) / k; the penalty is the same in both.
      assert.ok(share > 1 && share < 1 / (1 - 1 / k), `${share}`);
    } finally {
      inverse.dispose();
      products.dispose();
    }
  });

  for (const [n, d, k] of [
    [300, 150, 4],
    // An odd number, of which quarters differ in size.
    [400, 133, 2],
    [30, 7, 3],
  ]) {
    it(`inverts products of ${d} features with each other, and what the penalty adds`, () => {
      const features = alike(n, d);
      const c = 0.5;
      const inverse = inverseCurvature(features, n, d, k, c);
      assert.ok(inverse !== undefined);
      const wanted = Float64Array.from({ length: (d + 1) * k }, (_, at) => Math.cos(at));
      const spread = (1 - 1 / k) / k;
      const made = wanted.map((value) => value * spread);
      for (let label = 0; label < k; label++) {
        const weights = Array.from({ length: d }, (_, j) => wanted[j * k + label]);
        const scores = Array.from({ length: n }, (_, i) =>
          weights.reduce((sum, w, j) => sum + w * features[i * d + j], 0),
        );
        weights.forEach((w, j) => {
          const slope = scores.reduce((sum, score, i) => sum + score * features[i * d + j], 0);
          made[j * k + label] = (spread * slope) / n + w / (c * n);
        });
      }
      const found = inverse.times(made);
      inverse.dispose();
      const apart = Math.max(...found.map((value, at) => Math.abs(value - wanted[at])));
      assert.ok(apart < 0.02, `${apart}`);
    });
  }

  it("leads to the same minimum in less than half of the steps", () => {
    const [n, d, k, c] = [500, 60, 5, 1];
    const features = alike(n, d);
    const labels = Int32Array.from({ length: n }, (_, i) => {
      const row = features.subarray(i * d, i * d + k);
      return row.indexOf(Math.max(...row));
    });
    const products = matrixProducts(features, n, d, k);
    const inverse = inverseCurvature(features, n, d, k, c);
    assert.ok(inverse !== undefined);
    try {
      const objective = softmaxObjective(products.forward, products.backward, labels, d, k, c);
      const options = { tolerance: 1e-7, rounding: products.rounding };
      const start = new Float64Array((d + 1) * k);
      const plain = minimise(objective, start, options);
      const led = minimise(objective, start, { ...options, inverseCurvature: inverse.times });
      assert.ok(plain.converged && led.converged);
      assert.ok(2 * led.iterations < plain.iterations, `${led.iterations}, ${plain.iterations}`);
      assert.ok(Math.abs(led.value - plain.value) < 1e-6 * plain.value);
    } finally {
      inverse.dispose();
      products.dispose();
    }
  });

  it("leaves alone many features that are not alike, whose minimum is near anyway", () => {
    const [n, d, k] = [320, 300, 4];
    const rng = createRng(3);
    const unlike = Float64Array.from({ length: n * d }, () => rng.normal());
    assert.equal(inverseCurvature(unlike, n, d, k, 1), undefined);
    const others = { few: unlike.subarray(0, n * 60), alike: alike(n, d) };
    for (const features of Object.values(others)) {
      const inverse = inverseCurvature(features, n, features.length / n, k, 1);
      assert.ok(inverse !== undefined);
      inverse.dispose();
    }
  });

  it("leaves alone what single precision cannot hold, and what is too wide", () => {
    assert.equal(inverseCurvature(new Float64Array(8).fill(1e25), 4, 2, 2, 1), undefined);
    assert.equal(inverseCurvature(new Float64Array(2 * 5000), 2, 5000, 2, 1), undefined);
  });
});
