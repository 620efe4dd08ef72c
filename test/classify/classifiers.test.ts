import assert from "node:assert/strict";
import {
  createRng,
  hasOwnKernels,
  hideLabels,
  InputError,
  tf,
  valuesOf,
  withLabels,
} from "../../src/core";
import { classify, pretrain } from "../../src";
import { spanOfRows } from "../../src/classify/spanOfRows";
import { withoutOwnKernels } from "../fixtures/withoutOwnKernels";
import { stripes } from "../study/fixtures";
import { labelledRows, probabilities } from "./rows";

const near = (found: readonly number[], expected: readonly number[], tolerance: number): void => {
  assert.equal(found.length, expected.length);
  found.forEach((x, i) =>
    assert.ok(Math.abs(x - expected[i]) < tolerance, `${i}: ${x} is not ${expected[i]}`),
  );
};

/** Features by formula, so that the reference can make them too. */
const formula = (n: number, d: number, offset = 0): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from(
      { length: d },
      (_, j) => Math.sin(1 + 7 * i + 3 * j + offset) + (i % 3 === j % 3 ? 0.5 : 0),
    ),
  );

describe("classify/logisticRegression", () => {
  const cases = [
    { n: 12, d: 4, expected: [0.590142, 0.191362, 0.218496, 0.172673, 0.460188, 0.367139] },
    { n: 6, d: 10, expected: [0.703398, 0.167913, 0.128689, 0.232754, 0.578618, 0.188628] },
  ];
  for (const { n, d, expected } of cases) {
    // scikit-learn 1.9.1: LogisticRegression(C=1.0, tol=1e-10, max_iter=10000).fit(x, y).predict_proba(q)
    it(`gives scikit-learn's probabilities with ${n} images of ${d} features`, async () => {
      const labels = Array.from({ length: n }, (_, i) => i % 3);
      const method = classify.logisticRegression({ standardise: "none" });
      near(
        await probabilities(method, labelledRows(formula(n, d), labels), formula(2, d, 0.5)),
        expected,
        1e-4,
      );
    });
  }

  it("does not mind features that are constant, or equal images", async () => {
    const found = await probabilities(
      classify.logisticRegression(),
      labelledRows(
        [
          [1, 0],
          [1, 0],
          [1, 4],
          [1, 4],
        ],
        [0, 0, 1, 1],
      ),
      [[1, 0]],
    );
    assert.ok(found[0] > 0.7);
  });

  it("asks for a second class", async () => {
    const method = classify.logisticRegression();
    await assert.rejects(
      probabilities(method, labelledRows([[1], [2]], [0, 0]), [[1]]),
      InputError,
    );
    assert.throws(() => classify.logisticRegression({ c: 0 }), InputError);
  });
});

describe("classify/spanOfRows", () => {
  it("finds coordinates of rows whose products are those of the rows, and the way back, whatever their number", () => {
    const d = 12;
    for (let n = 1; n < d; n++) {
      const rows = Float32Array.from(formula(n, d).flat());
      const given = tf.tensor2d(rows, [n, d]);
      const { coordinates, expand } = spanOfRows(given);
      const product = (a: ArrayLike<number>, b: ArrayLike<number>, i: number, j: number, size: number): number =>
        Array.from({ length: size }, (_, m) => a[i * size + m] * b[j * size + m]).reduce((x, y) => x + y); // prettier-ignore
      const pairs = Array.from({ length: n * n }, (_, at) => [Math.floor(at / n), at % n]);
      near(
        pairs.map(([i, j]) => product(coordinates, coordinates, i, j, n)),
        pairs.map(([i, j]) => product(rows, rows, i, j, d)),
        1e-3,
      );
      const weights = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
      near(
        Array.from({ length: n }, (_, i) => product(coordinates, weights, i, 0, n)),
        Array.from({ length: n }, (_, i) => product(rows, expand(weights, 1), i, 0, d)),
        0.05,
      );
      given.dispose();
    }
  });

  it("does so for rows whose products are made in parts, and for more classes than are solved together", () => {
    const [n, d, k] = [515, 600, 7];
    const rng = createRng(4);
    const values = Float32Array.from({ length: n * d }, () => rng.normal());
    const rows = tf.tensor2d(values, [n, d]);
    const { coordinates, squares, expand } = spanOfRows(rows);
    const gram = valuesOf(() => tf.matMul(rows, rows, false, true));
    const sum = gram.reduce((all, value) => all + value * value, 0);
    assert.ok(Math.abs(squares / sum - 1) < 1e-4);
    // Within, beside and across the halves.
    for (const [i, j] of [
      [0, 0],
      [100, 7],
      [300, 20],
      [20, 300],
      [400, 380],
      [514, 514],
      [257, 256],
    ]) {
      let product = 0;
      for (let m = 0; m < n; m++) product += coordinates[i * n + m] * coordinates[j * n + m];
      assert.ok(Math.abs(product - gram[i * n + j]) < 5e-3, `${i}, ${j}`);
    }
    const weights = Float64Array.from({ length: n * k }, () => rng.normal());
    const expanded = tf.tidy(() => tf.matMul(rows, tf.tensor2d(new Float32Array(expand(weights, k)), [d, k])).dataSync()); // prettier-ignore
    for (let at = 0; at < n * k; at += 11) {
      const [i, c] = [Math.floor(at / k), at % k];
      let score = 0;
      for (let m = 0; m < n; m++) score += coordinates[i * n + m] * weights[m * k + c];
      assert.ok(Math.abs(score - expanded[at]) < 0.02, `${i}, ${c}: ${score}, ${expanded[at]}`);
    }
    rows.dispose();
  });

  // 320 is a whole number of panels of eight, the others are not; the last have equal rows, and rows of nothing.
  for (const [n, kind] of [
    [320, "drawn"],
    [321, "drawn"],
    [333, "drawn"],
    [325, "equal"],
    [327, "empty"],
    [319, "tiny"],
  ] as const)
    it(`gives the same bits by a kernel of ours as by loops, ${n} ${kind} rows`, function () {
      if (!hasOwnKernels()) this.skip();
      const rng = createRng(n);
      const d = 400;
      const size = kind === "tiny" ? 1e-18 : 1;
      const values = Float32Array.from({ length: n * d }, () => size * rng.normal());
      if (kind === "equal") values.copyWithin(d, 0, 100 * d);
      if (kind === "empty") values.fill(0);
      const rows = tf.tensor2d(values, [n, d]);
      const weights = Float64Array.from({ length: 6 * n }, () => rng.normal());
      const found = (): [Float64Array, Float64Array] => {
        const { coordinates, expand } = spanOfRows(rows);
        return [coordinates, expand(weights, 6)];
      };
      const own = found();
      const loops = withoutOwnKernels(found);
      rows.dispose();
      assert.ok(own[0].length === n * n && own[0].every((value) => Number.isFinite(value)));
      own.forEach((bits, i) => assert.deepEqual(Buffer.from(bits.buffer), Buffer.from(loops[i].buffer))); // prettier-ignore
    });
});

describe("classify/nearestNeighbours", () => {
  const bank = [
    [1, 0],
    [0.9, 0.1],
    [0, 1],
    [0.2, 1],
  ];
  const labels = [0, 0, 1, 1];

  it("weighs the nearest by exp(cosine / temperature)", async () => {
    // By hand: cosines with (0.7, 0.6) of the three nearest of the bank, summed by class: 5868.1185 and 2619.0296.
    const expected = [5868.1185 / (5868.1185 + 2619.0296), 2619.0296 / (5868.1185 + 2619.0296)];
    const method = classify.nearestNeighbours({ k: 3, temperature: 0.1 });
    near(await probabilities(method, labelledRows(bank, labels), [[0.7, 0.6]]), expected, 1e-4);
  });

  it("lets the nearest of many vote, of equally near ones the earlier", async () => {
    const rng = createRng(3);
    const angles = Array.from({ length: 60 }, () => 3 * rng.uniform());
    const many = [...angles, ...angles].map((angle) => [Math.cos(angle), Math.sin(angle)]);
    const classes = many.map((_, i) => (i < 60 ? i % 3 : 3));
    const query = 1.4;
    const order = [...angles.keys()].sort((a, b) => Math.abs(angles[a] - query) - Math.abs(angles[b] - query)); // prettier-ignore
    const method = classify.nearestNeighbours({ k: 7, temperature: 1e4 });
    const found = await probabilities(method, labelledRows(many, classes), [[Math.cos(query), Math.sin(query)]]); // prettier-ignore
    // Each lies there twice, and the twin has the last class: four first ones and three twins.
    const votes = [...order.slice(0, 4).map((i) => i % 3), 3, 3, 3];
    near(found, [0, 1, 2, 3].map((c) => votes.filter((vote) => vote === c).length / 7), 1e-3); // prettier-ignore
  });

  it("brings each feature to the same spread where some images have no label", async () => {
    // A feature a hundred times as large as the other decides alone, unless both have the same spread.
    const rows = [...bank, [0.1, 0.3], [0.8, 0.7]].map(([x, y]) => [x, 100 * y]);
    const given = labelledRows(rows, [...labels, -1, -1]);
    const query = [[0.9, 25]];
    const far = await probabilities(classify.nearestNeighbours({ standardise: "none" }), given, query); // prettier-ignore
    assert.ok(far[1] > 0.5, String(far));
    const found = await probabilities(classify.nearestNeighbours(), given, query);
    assert.ok(found[0] > 0.9, String(found));
  });

  it("takes all labelled images where there are fewer than k", async () => {
    const found = await probabilities(
      classify.nearestNeighbours({ k: 99 }),
      labelledRows(bank, labels),
      [[1, 0]],
    );
    assert.ok(found[0] > 0.9);
    near([found[0] + found[1]], [1], 1e-6);
  });
});

describe("classify/prototypes", () => {
  const support = [
    [1, 0],
    [3, 0],
    [0, 2],
    [0, 4],
  ];

  it("is the softmax of minus the squared distance to the class means", async () => {
    const [a, b] = [Math.exp(-3.61), Math.exp(-5.21)];
    const found = await probabilities(classify.prototypes(), labelledRows(support, [0, 0, 1, 1]), [
      [2, 1.9],
    ]);
    near(found, [a / (a + b), b / (a + b)], 1e-5);
  });

  it("can go by the cosine", async () => {
    const [a, b] = [Math.exp(0.725), Math.exp(0.68875)];
    const method = classify.prototypes({ distance: "cosine" });
    near(
      await probabilities(method, labelledRows(support, [0, 0, 1, 1]), [[2, 1.9]]),
      [a / (a + b), b / (a + b)],
      1e-4,
    );
  });

  it("names the class without a label", async () => {
    await assert.rejects(
      probabilities(classify.prototypes(), labelledRows([[1], [2]], [0, 2]), [[1]]),
      (error) => error instanceof InputError && /"class 1"/.test(error.message),
    );
  });
});

describe("classify/fineTune", function () {
  this.timeout(600_000);
  const small = { resnet: { depth: 8, width: 4 } } as const;
  const images = stripes({ perClass: 8, size: 8 });

  it("learns its labelled images and leaves the encoder as it was", async () => {
    const rng = createRng(2);
    const encoder = await pretrain.none({ encoder: small })(hideLabels(images), rng);
    const before = encoder.network?.variables.get("stem.conv.weight")?.dataSync().slice();
    const method = classify.fineTune({ steps: 60, learningRate: 5e-3 });
    const classifier = await method(encoder, images, rng);
    const found = await classifier.predict(images);
    const right = images.labels.filter((label, i) => {
      const row = found.subarray(i * 3, i * 3 + 3);
      return row[label] === Math.max(...row);
    });
    assert.ok(right.length >= 22, `${right.length} of 24`);
    assert.deepEqual(encoder.network?.variables.get("stem.conv.weight")?.dataSync(), before);
    classifier.dispose();
    encoder.dispose();
  });

  it("says what it needs", async () => {
    const rng = createRng(1);
    const encoder = await pretrain.pixels()(images, rng);
    await assert.rejects(classify.fineTune()(encoder, images, rng), /without weights/);
    const network = await pretrain.none({ encoder: small })(images, rng);
    await assert.rejects(
      classify.fineTune()(network, hideLabels(images), rng),
      /without any label/,
    );
    network.dispose();
    assert.throws(() => classify.fineTune({ steps: 0 }), InputError);
  });
});

describe("classify", () => {
  it("never depends on the labels it was not given", async () => {
    const images = stripes({ perClass: 8 });
    const given = images.labels.map((label, i) => (i < 6 ? label : -1));
    const train = withLabels(images, given);
    for (const method of [
      classify.logisticRegression(),
      classify.prototypes(),
      classify.nearestNeighbours(),
    ]) {
      const encoder = await pretrain.pixels()(images, createRng(1));
      const first = await (await method(encoder, train, createRng(1))).predict(images);
      const second = await (await method(encoder, train, createRng(1))).predict(hideLabels(images));
      assert.deepEqual(first, second);
    }
  });
});
