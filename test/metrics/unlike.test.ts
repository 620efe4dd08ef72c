import assert from "node:assert/strict";
import {
  adaptiveScore,
  adaptiveSet,
  classDistances,
  conformal,
  energyScores,
  neighbourDistances,
  separation,
  temperature,
} from "../../src/metrics";

const near = (found: ArrayLike<number>, expected: readonly number[], tolerance = 6e-7): void => {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= tolerance, `${found[i]} is not ${value} at ${i}`),
  );
};

/** Scores of three classes for eight images, and what they are. */
const scores = [
  [4, 1, 0],
  [3, 2.5, 0],
  [0, 5, 1],
  [2, 0, 3],
  [6, 0, 0],
  [1, 4, 3.5],
  [5, 4, 0],
  [0, 1, 4],
].flat();
const truth = [0, 1, 1, 2, 0, 1, 1, 2];

describe("temperature", () => {
  it("is that of the least loss on held-out labels", () => {
    const found = temperature(scores, truth, { fewest: 0 });
    near([found.temperature, found.before, found.after], [0.918505, 0.41723, 0.415878], 1e-6);
    const sharper = scores.map((score) => 3 * score);
    near([temperature(sharper, truth, { fewest: 0 }).temperature], [2.755514], 2e-6);
  });

  it("stays 1 with few labels, and goes to an end where all are right", () => {
    assert.equal(temperature(scores, truth).temperature, 1);
    const { temperature: end } = temperature([1, 0, 0, 1], [0, 1], { fewest: 0 });
    near([end], [0.05], 1e-6);
    assert.throws(() => temperature([1, 2, 3], [0, 1]), /3 scores for 2 labels/);
  });
});

describe("adaptive sets", () => {
  const rows: readonly (readonly [readonly number[], number])[] = [
    [[0.7, 0.2, 0.1], 0],
    [[0.1, 0.6, 0.3], 1],
    [[0.25, 0.35, 0.4], 2],
    [[0.5, 0.3, 0.2], 1],
    [[0.05, 0.9, 0.05], 1],
    [[0.3, 0.3, 0.4], 2],
    [[0.8, 0.15, 0.05], 0],
    [[0.2, 0.5, 0.3], 2],
    [[0.15, 0.25, 0.6], 2],
  ];
  const tests = [
    [0.6, 0.3, 0.1],
    [0.4, 0.35, 0.25],
    [0.34, 0.33, 0.33],
    [0.95, 0.03, 0.02],
  ];
  const thresholdOf = (options: Parameters<typeof adaptiveScore>[4]): number =>
    conformal(
      rows.map(([p, y]) => adaptiveScore(p, 0, 3, y, options)),
      { miss: 0.2 },
    ).threshold;

  it("have the thresholds and sets of their definitions", () => {
    near([thresholdOf({})], [0.8], 1e-12);
    near([thresholdOf({ penalty: 0.1, free: 1 })], [0.9], 1e-12);
    const sets = tests.map((p) => adaptiveSet(p, 0, 3, 0.8).join(""));
    assert.deepEqual(sets, ["0", "01", "01", ""]);
    // The gentler rule: what lies before a class is below the threshold.
    const before = tests.map((p) =>
      [0, 1, 2].filter((c) => adaptiveScore(p, 0, 3, c) - p[c] < 0.8 - 1e-12).join(""),
    );
    assert.deepEqual(before, ["01", "012", "012", "0"]);
  });

  it("promise nothing of a class with too few labels of its own", () => {
    const own = (c: number): number =>
      conformal(rows.filter(([, y]) => y === c).map(([p, y]) => 1 - p[y]), { miss: 0.2 }).threshold; // prettier-ignore
    near([own(2)], [0.7], 1e-12);
    assert.deepEqual([own(0), own(1)], [Infinity, Infinity]);
  });
});

describe("scores of what is unlike anything known", () => {
  it("are energies", () => {
    near(energyScores(scores, 3).subarray(0, 3), [4.065884, 3.504597, 5.024745]);
    near(energyScores(scores, 3, 2).subarray(0, 3), [4.612711, 4.388224, 5.393468]);
  });

  const known = Float32Array.of(0, 0, 1, 0, 0, 1, 5, 5, 6, 5, 5, 6);
  const asked = Float32Array.of(0.5, 0.5, 3, 3, 10, -2);

  it("are distances to classes, alone and against all", () => {
    const { nearest, relative } = classDistances(known, [0, 0, 0, 1, 1, 1], asked, 2);
    near(nearest, [0.5, 98, 248], 1e-4);
    near(relative, [-0.363436, 97.995595, 31.784141], 1e-4);
    const flat = Float32Array.of(0, 0, 1, 1, 2, 2);
    assert.throws(() => classDistances(flat, [0, 0, 0], asked, 2), /do not spread/);
    const shrunk = classDistances(flat, [0, 0, 0], asked, 2, 0.1);
    assert.ok(shrunk.nearest.every(Number.isFinite));
  });

  it("are distances to the k-th neighbour", () => {
    near(neighbourDistances(known.subarray(2), asked, 2, 2), [0.09063, 0.09063, 0.862841], 2e-6);
    assert.throws(() => neighbourDistances(known, asked, 2, 7), /k 7/);
  });

  it("are judged by the area under the curve, and both ways at 95 %", () => {
    const found = separation(
      [0.9, 0.8, 0.8, 0.7, 0.6, 0.95, 0.85, 0.4, 0.75, 0.65],
      [0.5, 0.8, 0.3, 0.45, 0.2],
    );
    near([found.areaUnderRoc, found.unknownAt95Known, found.knownAt95Unknown], [0.84, 0.6, 0.7]);
    assert.equal(separation([1, 1], [1]).areaUnderRoc, 0.5);
    assert.throws(() => separation([], [1]), /0 known and 1 unknown/);
  });
});
