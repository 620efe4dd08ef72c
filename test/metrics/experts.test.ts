import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { cohenKappa, dawidSkene, fleissKappa, krippendorffAlpha } from "../../src/metrics";

const near = (found: number, expected: number, tolerance = 6e-7): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

const counts = [
  [4, 1, 0],
  [0, 3, 1],
  [1, 0, 2],
];

/** One digit an answer, a dot for none. */
const answers = (...rows: readonly string[]): (number | undefined)[][] =>
  rows.map((row) => [...row].map((digit) => (digit === "." ? undefined : Number(digit))));

describe("agreement of experts", () => {
  it("is Cohen's kappa with its error as statsmodels has them", () => {
    const found = cohenKappa(counts);
    near(found.kappa, 0.617021);
    near(found.observed, 0.75);
    near(found.expected, 0.347222);
    near(found.standardError, 0.189835);
    near(found.kappa - 1.959964 * found.standardError, 0.24495, 6e-6);
    near(found.kappa + 1.959964 * found.standardError, 0.98909, 6e-6);
    assert.ok(found.low > 0 && found.low < 0.3 && found.high > 0.85 && found.high < 1);
    near(cohenKappa(counts, { weights: "quadratic" }).kappa, 0.608696);
    assert.throws(() => cohenKappa([[0, 0], [0, 0]]), /no item that both/); // prettier-ignore
    assert.throws(() => cohenKappa([[1, 2]]), /no square/);
  });

  it("has an interval that holds for few items of skewed classes, and says nothing where one class is all there is", () => {
    // Two experts who both see each of five classes rightly or by chance; kappa of what they say in the long run is known from many.
    const shares = [0.5, 0.25, 0.13, 0.07, 0.05];
    const rng = createRng(5).fork("experts");
    const pick = (): number => {
      let u = rng.uniform();
      return shares.findIndex((share) => (u -= share) < 0) % 5;
    };
    const say = (truth: number): number => (rng.uniform() < 0.84 ? truth : pick());
    const draw = (n: number): number[][] => {
      const table = shares.map(() => shares.map(() => 0));
      for (let i = 0; i < n; i++) {
        const truth = Math.max(0, pick());
        table[Math.max(0, say(truth))][Math.max(0, say(truth))]++;
      }
      return table;
    };
    const { kappa } = cohenKappa(draw(200_000));
    near(kappa, 0.84 ** 2, 0.02);
    for (const n of [20, 50, 100]) {
      let held = 0;
      for (let i = 0; i < 1000; i++) {
        const { low, high } = cohenKappa(draw(n));
        if (low <= kappa && kappa <= high) held++;
      }
      assert.ok(held >= 930 && held <= 998, `${held} of 1000 with ${n} items`);
    }
    const one = cohenKappa([[7, 0], [0, 0]]); // prettier-ignore
    assert.ok(Number.isNaN(one.kappa) && one.observed === 1 && one.low === -1 && one.high === 1);
    assert.equal(cohenKappa([[0, 3], [3, 0]]).kappa, -1); // prettier-ignore
  });

  it("is Fleiss' kappa of three, as statsmodels has it, and Krippendorff's alpha beside it", () => {
    const rows = ["300", "210", "030", "111", "003", "021", "300", "012"];
    const table = rows.map((row) => [...row].map(Number));
    near(fleissKappa(table), 0.434555);
    const said = table.map((row) => row.flatMap((count, c) => Array<number>(count).fill(c)));
    near(krippendorffAlpha([0, 1, 2].map((j) => said.map((row) => row[j]))), 0.458115);
    assert.throws(() => fleissKappa([[1, 2], [1, 0]]), /3, 1 answers/); // prettier-ignore
  });

  it("is Krippendorff's alpha with answers missing, on each scale", () => {
    const four = answers("0122103.12..", "0122113012.2", ".2221231120.", "01221331120.");
    near(krippendorffAlpha(four), 0.724868);
    near(krippendorffAlpha(four, { scale: "ordinal" }), 0.756519);
    near(krippendorffAlpha(four, { scale: "interval" }), 0.749815);
    const pairs = counts.flatMap((row, a) =>
      row.flatMap((count, b) => Array.from({ length: count }, () => [a, b])),
    );
    near(krippendorffAlpha([0, 1].map((j) => pairs.map((pair) => pair[j]))), 0.632979);
    assert.throws(() => krippendorffAlpha(answers("0.", ".1")), /no item with two answers/);
  });

  it("finds the true classes of three experts as crowd-kit does", () => {
    const items = answers("000", "001", "111", "110", "000", "101", "011", "111", "001", "111");
    const ones = (smoothing: number, maxIterations = 2000): number[] => {
      const { probabilities } = dawidSkene(items, 2, { smoothing, maxIterations });
      return Array.from({ length: 6 }, (_, i) => probabilities[2 * i + 1]);
    };
    const found = dawidSkene(items, 2, { smoothing: 0, maxIterations: 2000 });
    [0.020833, 0.104167, 1, 1, 0.020833, 1].forEach((p, i) => near(ones(0)[i], p, 2e-6));
    near(found.shares[0], 0.375, 2e-5);
    near(found.experts[2][0][0], 0.52222, 2e-5);
    near(found.experts[2][1][1], 0.83333, 2e-5);
    near(found.logLikelihood, -17.411452, 2e-6);
    [0.021054, 0.10224, 0.999979, 0.999887, 0.021054, 0.986476].forEach((p, i) => near(ones(0.01)[i], p, 2e-6)); // prettier-ignore
    [0.115279, 0.216903, 0.895931, 0.801976, 0.115279, 0.606947].forEach((p, i) => near(ones(1)[i], p, 2e-6)); // prettier-ignore
    [0.080953, 0.260539, 0.935198, 0.782982, 0.080953, 0.692776].forEach((p, i) => near(ones(1, 1)[i], p, 2e-6)); // prettier-ignore
    assert.throws(() => dawidSkene(answers("0", "."), 2), /item 1 without a class/);
  });
});
