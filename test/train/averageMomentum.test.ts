import assert from "node:assert/strict";
import { InputError, tf, type Variable } from "../../src/core";
import { averageMomentum, movingAverage } from "../../src/train";

const weight = (): Map<string, Variable> =>
  new Map([["weight", tf.tidy(() => tf.variable(tf.zeros([1])))]]);

/** Where the average of a weight ends that rises evenly from 0 to 1 in a training. */
function endOfRamp(steps: number, momentum: number): number {
  const source = weight();
  const average = weight();
  const follower = movingAverage(average, source);
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => source.get("weight")?.assign(tf.fill([1], (step + 1) / steps)));
    follower.update(Math.min(momentum, 1 - 1 / (step + 1)));
  }
  const [end] = average.get("weight")?.dataSync<"float32">() ?? [NaN];
  follower.dispose();
  for (const variable of [...source.values(), ...average.values()]) variable.dispose();
  return end;
}

describe("train/averageMomentum", () => {
  for (const steps of [20, 100, 400]) {
    it(`is a twentieth of ${steps} steps behind, where the papers' 0.999 is the plain mean of all of them`, () => {
      const end = endOfRamp(steps, averageMomentum(steps));
      assert.ok(end > 0.94 && end <= 1, String(end));
      const plain = endOfRamp(steps, 0.999);
      assert.ok(Math.abs(plain - (0.5 + 0.5 / steps)) < 0.01, String(plain));
    });
  }

  it("reaches the papers' value in long trainings, and goes no further", () => {
    assert.ok(Math.abs(averageMomentum(1000) - 0.98) < 1e-9);
    assert.equal(averageMomentum(20_000), 0.999);
    assert.equal(averageMomentum(1_000_000), 0.999);
    assert.equal(averageMomentum(1), 0);
  });

  it("refuses what is no length or no share", () => {
    assert.throws(() => averageMomentum(0), InputError);
    assert.throws(() => averageMomentum(10, { share: 2 }), InputError);
  });
});
