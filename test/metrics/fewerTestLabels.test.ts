import assert from "node:assert/strict";
import {
  activeWeights,
  balancedAccuracySpread,
  labelsToMeasure,
  labelsToSee,
  neymanAllocation,
  predictionPowered,
  stratifiedShare,
  wilson,
} from "../../src/metrics";

const near = (found: ArrayLike<number>, expected: readonly number[], tolerance = 6e-7): void => {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= tolerance, `${found[i]} is not ${value} at ${i}`),
  );
};

describe("how many labels a measurement takes", () => {
  it("is told for shares and for rare classes", () => {
    const halves = [0.1, 0.05, 0.03, 0.02];
    const needed = (p: number): number[] => halves.map((half) => labelsToMeasure(p, half));
    assert.deepEqual(needed(0.8), [62, 246, 683, 1537]);
    assert.deepEqual(needed(0.9), [35, 139, 385, 865]);
    assert.deepEqual(needed(0.95), [19, 73, 203, 457]);
    const byWilson = halves.map((half) => {
      // Of a share in counts that need not be whole.
      const wide = (n: number): number => {
        const { low, high } = wilson(95, 100, { effective: n });
        return (high - low) / 2;
      };
      for (let n = 1; ; n++) if (wide(n) <= half || n === 100) return n;
    });
    near([byWilson[0], byWilson[1]], [25, 83], 0);
    for (const [share, ...counts] of [
      [0.01, 299, 913, 1441],
      [0.02, 149, 456, 719],
      [0.05, 59, 181, 286],
    ])
      assert.deepEqual([1, 5, 9].map((count) => labelsToSee(share, count)), counts); // prettier-ignore
  });

  it("leans on the rarest class where classes count the same", () => {
    const recalls = [0.95, 0.9, 0.8, 0.6];
    near([balancedAccuracySpread(recalls, [100, 50, 20, 10])], [0.0462838], 5e-8);
    near([balancedAccuracySpread(recalls, [45, 45, 45, 45])], [0.0273227], 5e-8);
    const even = recalls.map((share) => ({ weight: 0.25, share }));
    const best = neymanAllocation(even, 180);
    near(best, [27.9, 38.4, 51.1, 62.6], 0.05);
    near([balancedAccuracySpread(recalls, best)], [0.0262336], 5e-8);
    assert.ok(Number.isNaN(balancedAccuracySpread([1, 0.5], [3, 0])));
  });

  it("is less by strata, and least by Neyman's allocation", () => {
    const strata = [
      { weight: 0.7, share: 0.98 },
      { weight: 0.2, share: 0.8 },
      { weight: 0.1, share: 0.5 },
    ];
    const variance = (n: readonly number[]): number =>
      stratifiedShare(strata.map((one, i) => ({ ...one, n: n[i] }))).variance;
    const { share } = stratifiedShare(strata.map((one) => ({ ...one, n: 1 })));
    near([(share * (1 - share)) / 100], [9.318e-4], 5e-8);
    near([variance([70, 20, 10])], [7.072e-4], 5e-8);
    const best = neymanAllocation(strata, 100);
    assert.deepEqual(best.map(Math.round), [43, 35, 22]);
    near([variance(best)], [5.198e-4], 5e-8);
    assert.throws(() => stratifiedShare([{ weight: 0.5, share: 1, n: 3 }]), /weight 0.5 in all/);
  });
});

describe("a mean helped by predictions", () => {
  const found = [1, 1, 1, 0, 1, 1, 0, 1, 1, 1];
  const told = [0.95, 0.9, 0.8, 0.4, 0.99, 0.7, 0.6, 0.85, 0.9, 0.75];
  const others = [
    0.9, 0.8, 0.95, 0.5, 0.6, 0.99, 0.7, 0.85, 0.9, 0.4, 0.97, 0.88, 0.76, 0.93, 0.66, 0.81, 0.58,
    0.92, 0.73, 0.84,
  ];

  it("is that of ppi_py", () => {
    const whole = predictionPowered(found, told, others, { trust: 1 });
    near([whole.mean, whole.low, whole.high], [0.7995, 0.615154, 0.983846]);
    const half = predictionPowered(found, told, others, { trust: 0.5 });
    near([half.low, half.high], [0.590744, 1.008756]);
  });

  it("trusts predictions as far as they help, and not at all where they say nothing", () => {
    const best = predictionPowered(found, told, others);
    for (const trust of [0, 0.5, 1])
      assert.ok(best.standardError <= predictionPowered(found, told, others, { trust }).standardError + 0.01); // prettier-ignore
    const flat = predictionPowered(found, told.map(() => 0.5), others.map(() => 0.5)); // prettier-ignore
    assert.equal(flat.trust, 0);
    near([flat.mean], [0.8], 1e-12);
    assert.throws(() => predictionPowered([1], [1], others), /1 labels/);
  });
});

describe("weights of actively drawn labels", () => {
  it("make their mean loss unbiased", () => {
    const weights = activeWeights([0.3, 0.1, 0.25, 0.2], 10);
    near(weights, [0.555556, 1.083333, 0.571429, 0.714286]);
    const loss = [1, 0, 1, 0].reduce((sum, l, i) => sum + l * weights[i], 0) / 4;
    near([loss], [0.281746]);
    near(activeWeights([1 / 10, 1 / 9, 1 / 8], 10), [1, 1, 1], 1e-12);
    assert.throws(() => activeWeights([0], 10), /a chance of 0/);
  });
});
