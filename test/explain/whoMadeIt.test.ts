import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import {
  examples,
  fitLogistic,
  labelPushes,
  leaveOneOut,
  neighbours,
  novelty,
  scoresOf,
  targetScores,
} from "../../src/explain";

// X_ij = sin(1 + 7i + 3j), i < 12, j < 3.
const features = Float32Array.from({ length: 36 }, (_, at) => Math.sin(1 + 7 * Math.floor(at / 3) + 3 * (at % 3))); // prettier-ignore
const labels = Int32Array.from("110100100110", Number);
const rows = { features, labels, dim: 3, classNames: ["no", "yes"] };
/** Two classes of which each has its own weights: their difference is what one sigmoid has, with half the strength of the penalty. */
const binary = { lambda: 2, penaliseBias: true, standardise: false } as const;
const target = { for: 1, against: 0 } as const;
const point = [0.3, -0.4, 0.8];

function close(got: ArrayLike<number>, expected: readonly number[], tolerance = 1e-4): void {
  expected.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < tolerance, `${i}: ${got[i]} for ${value}`)); // prettier-ignore
}

describe("explain/fitLogistic", () => {
  it("finds the known minimum", () => {
    const { head } = fitLogistic(rows, binary);
    const theta = [0, 1, 2].map((j) => head.weights[3 + j] - head.weights[j]);
    close([...theta, head.bias[1] - head.bias[0]], [0.359, -0.2861, 0.2075, -0.1409]);
    close([targetScores(scoresOf(head, point), target, 2)[0]], [0.2472457], 1e-6);
  });

  it("refuses labels of one class", () => {
    assert.throws(() => fitLogistic({ ...rows, labels: new Int32Array(12) }), InputError);
  });
});

describe("explain/labelPushes", () => {
  it("adds up to the score, with and without a free intercept, for two classes and for three", () => {
    const rng = createRng(3);
    const three = {
      dim: 4,
      features: Float32Array.from({ length: 80 }, () => rng.normal()),
      labels: Int32Array.from({ length: 20 }, (_, i) => (i < 15 ? i % 3 : -1)),
      classNames: ["a", "b", "c"],
    };
    for (const options of [{}, { penaliseBias: true }, { standardise: false, lambda: 0.3 }]) {
      for (const [given, x, wanted] of [
        [rows, point, target],
        [three, [1, -1, 0.5, 2], { for: 2 }],
      ] as const) {
        // prettier-ignore
        const fit = fitLogistic(given, options);
        const found = labelPushes(fit, x, wanted);
        const score = targetScores(scoresOf(fit.head, x), wanted, fit.head.classes)[0];
        const total = found.pushes.reduce((sum, { push }) => sum + push, found.rest);
        close([found.score, total], [score, score], 1e-6);
      }
    }
  });
});

describe("explain/leaveOneOut", () => {
  it("gives the changes of exact refits", () => {
    const found = leaveOneOut(rows, point, target, binary);
    const changes = Array.from({ length: 12 }, (_, i) => found.find(({ row }) => row === i)?.change ?? NaN); // prettier-ignore
    close(changes, [-0.1389, -0.1627, 0.3053, -0.1782, 0.0718, 0.021, -0.0292, 0.0404, 0.1347, -0.1452, -0.1672, 0.2754]); // prettier-ignore
    // The largest first.
    assert.equal(found[0].row, 2);
  });
});

describe("explain/neighbours and novelty", () => {
  const square = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1, 0.5, 0.5, 2, 0);
  const known = { features: square, labels: new Int32Array(6), dim: 2 };

  it("gives the known distances and p", () => {
    const found = novelty(known, [3, 2], 2);
    close([found.score], [2.23607]);
    close(found.known, [0.853553, 0.853553, 0.853553, 0.853553, 0.707107, 1.20711]);
    close([found.p], [1 / 7], 1e-9);
    assert.throws(() => novelty(known, [3, 2], 6), InputError);
  });

  it("lists the nearest with their scan", () => {
    const groups = ["a", "a", "b", "b", "b", "c"];
    const found = neighbours(known, [0.9, 0.1], { count: 2, groups, group: "a" });
    assert.deepEqual(found.map(({ row, sameGroup }) => [row, sameGroup]), [[1, true], [4, false]]); // prettier-ignore
  });
});

describe("explain/examples", () => {
  it("chooses the known prototypes", () => {
    const found = examples([0, 0.2, 0.4, 3, 3.2, 9], 1, { prototypes: 3, criticisms: 1, width: 1 });
    assert.deepEqual(found.prototypes.map((i) => [0, 0.2, 0.4, 3, 3.2, 9][i]), [0.2, 3, 9]); // prettier-ignore
    close(found.gains, [-0.002884, 0.329503, 0.332985], 1e-5);
  });
});
