import assert from "node:assert/strict";
import { InputError, tf, type Scalar, type Tensor2D } from "../../src/core";
import {
  barlowTwins,
  byol,
  consistency,
  dino,
  infoNce,
  ntXent,
  simSiam,
  supCon,
  vicreg,
} from "../../src/losses";
import { pairs } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";

type Rows = readonly (readonly number[])[];

const matrix = (rows: Rows): Tensor2D => tf.tensor2d(rows.map((row) => [...row]));
const valueOf = (loss: (a: Tensor2D, b: Tensor2D) => Scalar, a: Rows, b: Rows): number =>
  tf.tidy(() => loss(matrix(a), matrix(b)).dataSync()[0]);
const sum = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const column = (rows: Rows, j: number): number[] => rows.map((row) => row[j]);
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((x, i) => x * b[i]));
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map((s) => Math.exp(s));
  return powers.map((p) => p / sum(powers));
};
const { a, b } = pairs.large;
const [n, d] = [a.length, a[0].length];
const all = <T>(count: number, of: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(i));

describe("losses beside loops over single numbers", () => {
  it("barlowTwins", () => {
    const normed = (rows: Rows, j: number): number[] => {
      const values = column(rows, j);
      const variance = mean(values.map((v) => (v - mean(values)) ** 2));
      return values.map((v) => (v - mean(values)) / Math.sqrt(variance + 1e-5));
    };
    let expected = 0;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        const c = dot(normed(a, i), normed(b, j)) / n;
        expected += i === j ? (1 - c) ** 2 : 0.0051 * c ** 2;
      }
    assertClose([valueOf(barlowTwins, a, b)], [expected], "loss");
  });

  it("vicreg", () => {
    const covariance = (rows: Rows, i: number, j: number): number => {
      const [x, y] = [column(rows, i), column(rows, j)];
      return sum(x.map((v, k) => (v - mean(x)) * (y[k] - mean(y)))) / (n - 1);
    };
    const term = (rows: Rows): number[] => {
      let [hinge, shared] = [0, 0];
      for (let i = 0; i < d; i++) {
        hinge += Math.max(0, 1 - Math.sqrt(covariance(rows, i, i) + 1e-4)) / d;
        for (let j = 0; j < d; j++) if (i !== j) shared += covariance(rows, i, j) ** 2 / d;
      }
      return [hinge, shared];
    };
    const distance = mean(a.flatMap((row, i) => row.map((v, j) => (v - b[i][j]) ** 2)));
    const [[ha, sa], [hb, sb]] = [term(a), term(b)];
    const expected = 25 * distance + (25 * (ha + hb)) / 2 + sa + sb;
    assertClose([valueOf(vicreg, a, b)], [expected], "loss");
  });

  it("byol and simSiam", () => {
    const expected = mean(a.map((row, i) => cosine(row, b[i])));
    assertClose([valueOf(simSiam, a, b)], [-expected], "simSiam");
    assertClose([valueOf(byol, a, b)], [2 - 2 * expected], "byol");
  });

  it("infoNce", () => {
    const { negatives } = pairs.large;
    const expected = mean(
      a.map((row, i) => {
        const scores = [b[i], ...negatives].map((key) => cosine(row, key) / 0.2);
        return -Math.log(softmax(scores)[0]);
      }),
    );
    const loss = (x: Tensor2D, y: Tensor2D): Scalar =>
      infoNce(x, y, { negatives: matrix(negatives) });
    assertClose([valueOf(loss, a, b)], [expected], "loss");
  });

  it("supCon", () => {
    const { labels } = pairs.large;
    const [views, classes] = [
      [...a, ...b],
      [...labels, ...labels],
    ];
    const expected = mean(
      views.map((view, i) => {
        const others = all(2 * n, (j) => j).filter((j) => j !== i);
        const scores = others.map((j) => Math.exp(cosine(view, views[j]) / 0.5));
        const positives = others.flatMap((j, k) =>
          classes[j] === classes[i] ? [-Math.log(scores[k] / sum(scores))] : [],
        );
        return mean(positives);
      }),
    );
    const loss = (x: Tensor2D, y: Tensor2D): Scalar =>
      supCon(x, y, { labels: tf.tensor1d([...labels], "int32"), temperature: 0.5 });
    assertClose([valueOf(loss, a, b)], [expected], "loss");
  });

  it("dino", () => {
    const { centre } = pairs.large;
    const expected = mean(
      a.map((row, i) => {
        const target = softmax(b[i].map((v, j) => (v - centre[j]) / 0.04));
        return -dot(target, softmax(row.map((v) => v / 0.1)).map(Math.log));
      }),
    );
    const loss = (x: Tensor2D, y: Tensor2D): Scalar =>
      dino(x, y, { centre: tf.tensor1d([...centre]) });
    assertClose([valueOf(loss, a, b)], [expected], "loss");
  });

  it("consistency", () => {
    const square = mean(
      a.flatMap((row, i) => softmax(row).map((p, j) => (p - softmax(b[i])[j]) ** 2)),
    );
    assertClose([valueOf(consistency, a, b)], [square], "mean square");
    const pseudo = mean(
      a.map((row, i) => {
        const p = softmax(b[i]);
        const certain = Math.max(...p);
        return certain >= 0.35 ? -Math.log(softmax(row)[p.indexOf(certain)]) : 0;
      }),
    );
    const loss = (x: Tensor2D, y: Tensor2D): Scalar =>
      consistency(x, y, { measure: "crossEntropy", hard: true, threshold: 0.35 });
    const certain = b.filter((row) => Math.max(...softmax(row)) >= 0.35).length;
    assert.ok(certain > 0 && certain < n);
    assertClose([valueOf(loss, a, b)], [pseudo], "pseudo-labels");
  });
});

describe("losses in cases that can be worked out", () => {
  const constant = all(6, () => [0.3, -0.4, 0.2]);
  const unit = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];

  it("barlowTwins is 0 for equal views with uncorrelated outputs, and counts outputs for constant ones", () => {
    assertClose([valueOf(barlowTwins, unit, unit)], [0], "equal");
    assertClose([valueOf(barlowTwins, constant, constant)], [3], "constant");
  });

  it("vicreg is 25 (1 - 0.01) for a collapsed batch, and 0 for a perfect one", () => {
    assertClose([valueOf(vicreg, constant, constant)], [24.75], "collapsed");
    assertClose([valueOf(vicreg, unit, unit)], [0], "perfect");
  });

  it("byol runs from 0 to 4 and simSiam from -1 to 1", () => {
    const opposite = a.map((row) => row.map((v) => -2 * v));
    assertClose([valueOf(byol, a, a), valueOf(byol, a, opposite)], [0, 4], "byol");
    assertClose([valueOf(simSiam, a, a), valueOf(simSiam, a, opposite)], [-1, 1], "simSiam");
  });

  it("infoNce is ln(k+1) when key and negatives are the same", () => {
    const loss = (x: Tensor2D, y: Tensor2D): Scalar =>
      infoNce(x, y, { negatives: matrix(constant) });
    assertClose([valueOf(loss, constant, constant)], [Math.log(7)], "loss");
  });

  it("supCon is NT-Xent when all labels differ, and ln(2n-1) when all embeddings are equal", () => {
    const labelled =
      (labels: number[]) =>
      (x: Tensor2D, y: Tensor2D): Scalar =>
        supCon(x, y, { labels: tf.tensor1d(labels, "int32"), temperature: 0.5 });
    assertClose([valueOf(labelled(all(n, (i) => i)), a, b)], [valueOf(ntXent, a, b)], "NT-Xent");
    const equal = valueOf(labelled([0, 0, 1, 1, 2, 2]), constant, constant);
    assertClose([equal], [Math.log(11)], "equal");
  });

  it("dino is ln(d) for a student that tells nothing, and 0 for one as certain as its teacher", () => {
    const flat = all(4, () => [0, 0, 0]);
    const loss = (x: Tensor2D, y: Tensor2D): Scalar => dino(x, y, { centre: tf.zeros([3]) });
    assertClose([valueOf(loss, flat, pairs.small.b)], [Math.log(3)], "flat");
    const certain = all(4, () => [9, 0, 0]);
    assertClose([valueOf(loss, certain, certain)], [0], "certain");
  });

  it("consistency is 0 for the same scores, and leaves out every image below the threshold", () => {
    assertClose([valueOf(consistency, a, a)], [0], "same");
    const loss = (x: Tensor2D, y: Tensor2D): Scalar => consistency(x, y, { threshold: 0.999 });
    assertClose([valueOf(loss, a, b)], [0], "none certain");
  });

  it("keep their gradients finite for rows of zeros and collapsed batches", () => {
    const zeros = all(4, () => [0, 0, 0]);
    const functions = { barlowTwins, vicreg, byol, simSiam, consistency } as const;
    for (const [name, loss] of Object.entries(functions)) {
      tf.tidy(() => {
        const gradient = tf.grad((x) => loss(x as Tensor2D, matrix(zeros)))(matrix(zeros));
        assert.ok(gradient.dataSync().every(Number.isFinite), name);
      });
    }
  });

  it("refuse options out of range", () => {
    const refused = (loss: (x: Tensor2D, y: Tensor2D) => Scalar): void =>
      assert.throws(() => valueOf(loss, a, b), InputError);
    refused((x, y) => barlowTwins(x, y, { lambda: -1 }));
    refused((x, y) => vicreg(x, y, { covariance: -1 }));
    refused((x, y) => infoNce(x, y, { negatives: x, temperature: 0 }));
    refused((x, y) => infoNce(x, y, { negatives: tf.zeros<Tensor2D["rankType"]>([2, 3]) }));
    refused((x, y) => supCon(x, y, { labels: tf.tensor1d([1], "int32") }));
    refused((x, y) => dino(x, y, { centre: tf.zeros([2]) }));
    refused((x, y) => dino(x, y, { centre: tf.zeros([d]), teacherTemperature: 0 }));
    refused((x, y) => consistency(x, y, { threshold: 2 }));
    refused((x, y) => consistency(x, y, { measure: "meanSqare" as "meanSquare" }));
    tf.tidy(() => assert.throws(() => barlowTwins(matrix([[1]]), matrix([[1]])), /at least 2/));
  });
});
