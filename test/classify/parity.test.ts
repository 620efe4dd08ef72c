import assert from "node:assert/strict";
import {
  createRng,
  imageSet,
  InputError,
  tf,
  type Classify,
  type ImageSet,
  type LabelledRows,
  type Scalar,
  type Tensor2D,
} from "../../src/core";
import { classify, nets, pretrain } from "../../src";
// The rules themselves, since only they can be compared with the references' numbers.
import { classThresholds, flexibleConsistency } from "../../src/classify/flexMatch";
import { gamma, guessLabels, mixRows, squaredDifference } from "../../src/classify/mixMatch";
import { copyScoringNetwork, scoringNetwork } from "../../src/classify/scoringNetwork";
import { annealedBound, annealedCrossEntropy } from "../../src/classify/uda";
import { consistency } from "../../src/losses";
import { classifyParity } from "../fixtures/classifyParity";
import { wave } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";
import { stripes } from "../study/fixtures";
import { fitRows } from "./rows";

const scaled = (rows: readonly (readonly number[])[], by: number): number[][] =>
  rows.map((row) => row.map((x) => x * by));
const studentScores = scaled(wave(12, 4, [0.3, 1.7, 2.9]), 2);
const teacherScores = scaled(wave(12, 4, [0.5, 1.71, 2.9]), 4);
const labels = Array.from({ length: 12 }, (_, i) => i % 4);

type Rule = (student: Tensor2D, teacher: Tensor2D, options: Readonly<Record<string, number>>) => Scalar; // prettier-ignore

const rules: Readonly<Record<string, Rule>> = {
  flexMatch: (student, teacher, { threshold }) =>
    flexibleConsistency(
      student,
      teacher,
      tf.tensor1d(classThresholds(classifyParity.latest, 4, threshold)),
    ),
  annealed: (student, _, { bound }) =>
    annealedCrossEntropy(
      student,
      tf.oneHot(tf.tensor1d(labels, "int32"), 4).toFloat() as Tensor2D,
      bound < 1 ? tf.scalar(bound) : 1,
    ),
  fixMatch: (student, teacher, options) =>
    consistency(student, teacher, { measure: "crossEntropy", hard: true, ...options }),
  uda: (student, teacher, options) =>
    consistency(student, teacher, { measure: "crossEntropy", ...options }),
  pi: (student, teacher) => consistency(student, teacher),
  mixMatch: (student, teacher, { temperature }) =>
    // What is guessed is made outside of the gradient, so it comes as numbers.
    squaredDifference(
      student.slice([0, 0], [6, 4]),
      tf.tensor2d(guessLabels(teacher, temperature).dataSync<"float32">().slice(), [6, 4]),
    ),
};

const softmax = (row: readonly number[]): number[] => {
  const sum = row.reduce((total, x) => total + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / sum);
};

describe("classify: losses and rules of consistency beside the papers' formulas in PyTorch", () => {
  for (const expected of classifyParity.losses) {
    it(`${expected.name}: the same value, the same gradient for the student, none for the teacher`, () => {
      tf.tidy(() => {
        const { value, grads } = tf.valueAndGrads((student, teacher) =>
          rules[expected.name](student as Tensor2D, teacher as Tensor2D, expected.options).add(
            // So that the teacher has a part at all.
            teacher.sum().mul(0),
          ),
        )([tf.tensor2d(studentScores), tf.tensor2d(teacherScores)]);
        const absolute = 1e-4 * Math.max(...expected.gradient.map(Math.abs));
        assertClose(value.dataSync(), [expected.value], "value", { relative: 1e-4, absolute: 0 });
        assertClose(grads[0].dataSync(), expected.gradient, "gradient", { relative: 0, absolute });
        assert.ok(grads[0].dataSync().some((slope) => slope !== 0));
        assert.ok(grads[1].dataSync().every((slope) => slope === 0));
      });
    });
  }

  it("flexMatch's thresholds and loss are those of a plain loop", () => {
    const found = classThresholds(classifyParity.latest, 4, 0.95);
    assertClose(found, classifyParity.thresholds, "thresholds", { relative: 1e-6, absolute: 0 });
    let sum = 0;
    studentScores.forEach((row, i) => {
      const taught = softmax(teacherScores[i]);
      const best = taught.indexOf(Math.max(...taught));
      if (taught[best] >= found[best]) sum -= Math.log(softmax(row)[best]) / 12;
    });
    const loss = tf.tidy(
      () =>
        flexibleConsistency(
          tf.tensor2d(studentScores),
          tf.tensor2d(teacherScores),
          tf.tensor1d(found),
        ).dataSync()[0],
    );
    assert.ok(Math.abs(loss - sum) < 1e-5);
  });

  it("flexMatch starts with thresholds of 0 and ends with the full one where all is learnt", () => {
    assert.deepEqual([...classThresholds([-1, -1, -1], 2, 0.9)], [0, 0]);
    const even = classThresholds([0, 1, 0, 1], 2, 0.9);
    assertClose(even, [0.9, 0.9], "thresholds", { relative: 1e-6, absolute: 0 });
  });

  it("mixMatch sharpens the mean of two views, and mixes images as their labels", () => {
    tf.tidy(() => {
      const guess = guessLabels(tf.tensor2d(teacherScores), 0.5).dataSync();
      assertClose(guess, classifyParity.guess, "guess", { relative: 1e-4, absolute: 1e-6 });
      const mean = softmax(teacherScores[0]).map((p, c) => (p + softmax(teacherScores[6])[c]) / 2);
      const total = mean.reduce((sum, p) => sum + p ** 2, 0);
      assertClose(guess.slice(0, 4), mean.map((p) => p ** 2 / total), "row", { relative: 1e-4, absolute: 0 }); // prettier-ignore
      const a: Tensor2D = tf.tensor2d([[1, 0], [0, 1]]); // prettier-ignore
      const mixed = mixRows(a, tf.reverse(a, 0), Float32Array.of(0.75, 1));
      assert.deepEqual([...mixed.dataSync()], [0.75, 0.25, 0, 1]);
    });
  });

  it("mixMatch's gamma draws have the mean and variance of their distribution", () => {
    for (const shape of [0.75, 2.5]) {
      const rng = createRng(5);
      const draws = Array.from({ length: 20000 }, () => gamma(shape, rng));
      const mean = draws.reduce((a, b) => a + b) / draws.length;
      const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
      assert.ok(Math.abs(mean / shape - 1) < 0.03, `mean ${mean}`);
      assert.ok(Math.abs(variance / shape - 1) < 0.06, `variance ${variance}`);
    }
  });

  it("uda's annealing rises from guessing to certainty, early, evenly or late", () => {
    for (const kind of ["linear", "log", "exp"] as const) {
      assert.ok(annealedBound(kind, 0, 4) < 0.26, kind);
      assert.ok(annealedBound(kind, 1, 4) > 0.99, kind);
    }
    assert.equal(annealedBound("linear", 0.5, 4), 0.625);
    assert.ok(annealedBound("log", 0.2, 4) > 0.7 && annealedBound("exp", 0.8, 4) < 0.53);
    assert.equal(annealedBound("none", 0, 4), 1);
  });

  it("the average of a network gets a gradient of exactly zero where the student's is not", async () => {
    const set = stripes({ perClass: 2, size: 8 });
    const start = await pretrain.none({ encoder: { resnet: { depth: 8, width: 2 } } })(set, createRng(1)); // prettier-ignore
    const student = scoringNetwork(start, 3, createRng(2));
    const average = copyScoringNetwork(student);
    tf.tidy(() => {
      const images = tf.tensor4d(set.pixels.read([0, 1, 2, 3]), [4, 8, 8, 1]);
      const all = [...student.trainable.values(), ...average.trainable.values()];
      const { grads } = tf.variableGrads(
        () => consistency(student.apply(images.reverse(2), true), average.apply(images, true)),
        all,
      );
      const largest = (name: string): number => grads[name].abs().max().dataSync()[0];
      assert.ok([...average.trainable.values()].every(({ name }) => largest(name) === 0));
      assert.ok([...student.trainable.values()].some(({ name }) => largest(name) > 0));
    });
    student.dispose();
    average.dispose();
    start.dispose();
  });
});

/** The same as in classifyParity.py. */
const features = (n: number, d: number, offset = 0): number[] =>
  Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return Math.sin(1 + 7 * i + 3 * j + offset) + (i % 3 === j % 3 ? 1.5 : 0);
  });

const rowsOf = (values: readonly number[], labels: readonly number[]): LabelledRows => ({
  features: Float32Array.from(values),
  labels: Int32Array.from(labels),
  dim: 5,
  classNames: ["a", "b", "c"],
});

const someLabels = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? i % 3 : -1));

async function predict(
  method: Classify,
  known: readonly number[] = someLabels,
  train: readonly number[] = features(40, 5),
  keep?: (name: string, values: Float32Array) => void,
): Promise<number[]> {
  const tell = await fitRows(method, rowsOf(train, known), { keep });
  return [...tell(Float32Array.from(features(6, 5, 0.5)))];
}

const within = { relative: 1e-4, absolute: 1e-5 };

describe("classify: the classical floor beside scikit-learn", () => {
  it("labelPropagation gives LabelPropagation's probabilities", async () => {
    const options = { gamma: 0.5, normalise: false, tolerance: 1e-6 };
    const plain = classify.labelPropagation({ ...options, classMass: false });
    assertClose(await predict(plain), classifyParity.labelPropagation, "shares", within);
    // By default each class is brought to its share of the labels, which scikit-learn leaves to its users.
    const found = await predict(classify.labelPropagation(options));
    assertClose(found, classifyParity.labelPropagationByMass, "shares", within);
  });

  it("labelSpreading gives LabelSpreading's probabilities", async () => {
    const method = classify.labelSpreading({
      gamma: 0.5,
      normalise: false,
      alpha: 0.3,
      tolerance: 0,
    });
    assertClose(await predict(method), classifyParity.labelSpreading, "shares", within);
  });

  it("goes by the distances of neighbours where no gamma is given, so that scale does not matter", async () => {
    const learn = async (scale: number): Promise<Float32Array> => {
      const rows = rowsOf(
        features(40, 5).map((x) => x * scale),
        someLabels,
      );
      return (await fitRows(classify.labelSpreading({ normalise: false }), rows))(rows.features);
    };
    assertClose(await learn(100), [...(await learn(1))], "shares", { relative: 1e-3, absolute: 1e-4 }); // prettier-ignore
  });

  it("takes images that are all the same", async () => {
    const found = await predict(classify.labelSpreading(), someLabels, features(40, 5).fill(1));
    assert.ok(found.every(Number.isFinite));
  });

  it("selfTraining gives SelfTrainingClassifier's probabilities and rounds", async () => {
    const rounds: number[] = [];
    const method = classify.selfTraining({ threshold: 0.9, standardise: "none" });
    const found = await predict(method, someLabels, features(40, 5), (_, values) => rounds.push(...values)); // prettier-ignore
    assertClose(found, classifyParity.selfTraining, "probabilities", { relative: 1e-3, absolute: 1e-4 }); // prettier-ignore
    assert.deepEqual(rounds, classifyParity.selfTrainingRounds);
  });

  it("linearSvm gives the softmax of LinearSVC's margins", async () => {
    const asked = { c: 0.7, standardise: "none", tolerance: 1e-9 } as const;
    for (const [multiClass, margins] of [
      ["oneVsRest", classifyParity.linearSvm],
      ["crammerSinger", classifyParity.linearSvmTogether],
    ] as const) {
      const expected = margins.flatMap((_, i) =>
        i % 3 === 0 ? softmax(margins.slice(i, i + 3)) : [],
      );
      const found = await predict(classify.linearSvm({ ...asked, multiClass }));
      assertClose(found, expected, `probabilities ${multiClass}`, within);
    }
  });

  it("takes one image a class, and does not depend on anything but its labels and the images", async () => {
    const one = someLabels.map((label, i) => (i === 0 || i === 4 || i === 8 ? label : -1));
    for (const make of [
      classify.labelPropagation,
      classify.labelSpreading,
      classify.selfTraining,
      classify.linearSvm,
    ]) {
      // prettier-ignore
      const found = await predict(make(), one);
      assert.deepEqual(await predict(make(), one), found);
      assert.ok(found.every((p) => p >= 0 && p <= 1));
    }
  });

  it("names the class without a label, and the image that is no number", async () => {
    const without = someLabels.map((label) => (label === 1 ? -1 : label));
    const broken = features(40, 5);
    broken[4 * 5 + 1] = NaN;
    for (const make of [
      classify.labelPropagation,
      classify.labelSpreading,
      classify.selfTraining,
      classify.linearSvm,
    ]) {
      // prettier-ignore
      await assert.rejects(predict(make(), without), /no labelled image of class "b"/);
      await assert.rejects(predict(make(), someLabels, broken), /embedding with NaN/);
    }
  });

  it("refuses options out of their range", () => {
    assert.throws(() => classify.labelPropagation({ gamma: 0 }), InputError);
    assert.throws(() => classify.labelSpreading({ alpha: 2 }), InputError);
    assert.throws(() => classify.selfTraining({ threshold: 2 }), InputError);
    assert.throws(() => classify.linearSvm({ c: 0 }), InputError);
  });
});

describe("pretrain/hog", () => {
  const image = Float32Array.from({ length: 25 * 27 }, (_, at) => {
    const [r, c] = [Math.floor(at / 27), at % 27];
    return Math.sin(0.3 * r + 0.9 * Math.sin(0.5 * c)) + 0.2 * ((r * c) % 5);
  });
  const one = (pixels: Float32Array, channels: 1 | 2 = 1): ImageSet =>
    imageSet({ name: "one", pixels, shape: [25, 27, channels], unit: "m" });

  for (const { values, ...options } of classifyParity.hog) {
    it(`gives scikit-image's histograms: ${JSON.stringify(options)}`, async () => {
      const encoder = await pretrain.hog(options)(one(image), createRng(1));
      assert.equal(encoder.dim, values.length);
      const found = await nets.embedImages(encoder, one(image));
      assertClose(found, values, "histograms", within);
      const tiny = await nets.embedImages(encoder, one(image.map((x) => x * 1e-10)));
      assertClose(tiny, values, "histograms of another unit", { relative: 1e-3, absolute: 1e-4 });
    });
  }

  it("takes the channel with the strongest gradient", async () => {
    const both = Float32Array.from({ length: 2 * image.length }, (_, at) =>
      at % 2 === 0 ? image[at / 2] : 0.001 * image[(at - 1) / 2],
    );
    const single = await pretrain.hog()(one(image), createRng(1));
    const pair = await pretrain.hog()(one(both, 2), createRng(1));
    const expected = await nets.embedImages(single, one(image));
    assertClose(await nets.embedImages(pair, one(both, 2)), [...expected], "histograms", {
      relative: 1e-3,
      absolute: 1e-3,
    });
  });

  it("says that an image is too small, and does not hide what is no number", async () => {
    await assert.rejects(pretrain.hog({ cell: 16 })(one(image), createRng(1)), /blocks of 32/);
    const broken = image.slice();
    broken[30] = NaN;
    const encoder = await pretrain.hog()(one(image), createRng(1));
    assert.ok((await nets.embedImages(encoder, one(broken))).every(Number.isNaN));
  });
});
