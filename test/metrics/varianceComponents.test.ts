import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { varianceComponents, type DrawnValue, type VarianceSource } from "../../src/metrics";

/** Sums in another order. */
const rounding = 1e-12;

const variance = (trials: readonly DrawnValue[], ...of: readonly VarianceSource[]): number =>
  varianceComponents(trials).components.find((one) => one.of.join() === of.join())?.variance ?? NaN;

const crossed = (scores: readonly (readonly number[])[]): DrawnValue[] =>
  scores.flatMap((row, draw) => row.map((value, pretraining) => ({ draw, pretraining, value })));

describe("varianceComponents", () => {
  const scores = [
    [0.6, 0.64, 0.61],
    [0.7, 0.72, 0.69],
    [0.66, 0.71, 0.64],
    [0.58, 0.63, 0.6],
  ];

  it("gives the two-way analysis of variance where every draw meets every pretraining", () => {
    // By test/fixtures/metricsGolden.py from mean squares.
    const expected = [0.002122222222222218, 0.0004944444444444424, 0.00015555555555555535];
    const sources = ["label draw", "pretraining", "training"] as const;
    sources.forEach((source, i) => {
      const found = variance(crossed(scores), source);
      assert.ok(Math.abs(found - expected[i]) < rounding, `${source} ${found}`);
    });
  });

  it("says what a study cannot tell apart, and what was never changed", () => {
    const values = [0.6, 0.7, 0.66, 0.58];
    const onePretraining = values.map((value, draw) => ({ draw, pretraining: 0, value }));
    const { components, leftOut } = varianceComponents(onePretraining);
    assert.deepEqual(
      components.map((one) => one.of),
      [["label draw", "training"]],
    );
    assert.deepEqual(leftOut, ["pretraining"]);
    const own = varianceComponents(
      values.map((value, draw) => ({ draw, pretraining: draw, value })),
    );
    assert.deepEqual(own.components[0].of, ["label draw", "pretraining", "training"]);
    const turns = varianceComponents(
      [...values, 0.61].map((value, draw) => ({ draw, pretraining: draw % 2, value })),
    );
    assert.deepEqual(
      turns.components.map((one) => one.of),
      [["label draw", "training"], ["pretraining"]],
    );
  });

  it("is right on average, also where draws take turns with few pretrainings and trials repeat", () => {
    const rng = createRng(2);
    const [draws, pretrainings, studies] = [7, 3, 400];
    const sums = { draw: 0, pretraining: 0, training: 0 };
    for (let i = 0; i < studies; i++) {
      const encoders = Array.from({ length: pretrainings }, () => 0.02 * rng.normal());
      const trials = Array.from({ length: draws }, (_, draw) => {
        const luck = 0.03 * rng.normal();
        const pretraining = draw % pretrainings;
        return [0, 1].map(() => ({ draw, pretraining, value: 0.5 + luck + encoders[pretraining] + 0.01 * rng.normal() })); // prettier-ignore
      }).flat();
      sums.draw += variance(trials, "label draw");
      sums.pretraining += variance(trials, "pretraining");
      sums.training += variance(trials, "training");
    }
    // Cutting at 0 lifts the mean of what two degrees of freedom can tell.
    const near = (sum: number, deviation: number, most: number): void => {
      const ratio = sum / studies / deviation ** 2;
      assert.ok(ratio > 0.85 && ratio < most, String(ratio));
    };
    near(sums.draw, 0.03, 1.15);
    near(sums.training, 0.01, 1.15);
    near(sums.pretraining, 0.02, 1.6);
  });

  it("refuses one trial, and values that are no numbers", () => {
    assert.throws(() => varianceComponents([{ draw: 0, value: 1 }]), /1 trials/);
    assert.throws(() => varianceComponents(crossed([[0.5, NaN]])), /value NaN/);
  });
});
