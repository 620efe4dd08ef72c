import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { confusionMatrix, learningCurve, reliability } from "../../src/figures";
import { exampleCalibration } from "./exampleData";

describe("confusionMatrix", () => {
  const cells = (figure: ReturnType<typeof confusionMatrix>): string[] => {
    const { annotations } = figure.layout as {
      annotations: { text: string; x: number; y: number }[];
    };
    return annotations.filter(({ x }) => Number.isInteger(x)).map((cell) => cell.text);
  };

  it("writes the share of the true class in each cell, and a dash for a class without images", () => {
    const figure = confusionMatrix(
      [
        [3, 1],
        [0, 0],
      ],
      ["a", "b"],
    );
    const written = cells(figure).slice(1);
    assert.deepEqual(written, ["75", "25", "–", "–"]);
    assert.deepEqual((figure.data[0] as { z: unknown }).z, [
      [75, 25],
      [null, null],
    ]);
  });

  it("writes counts when asked, and none where they could not be read", () => {
    const counts = confusionMatrix(
      [
        [3, 1],
        [0, 2],
      ],
      ["a", "b"],
      { normalise: "none" },
    );
    assert.deepEqual(cells(counts).slice(1), ["3", "1", "0", "2"]);
    const names = Array.from({ length: 60 }, (_, i) => String(i));
    const many = confusionMatrix(
      names.map((_, i) => names.map((_, j) => Number(i === j))),
      names,
    );
    assert.equal(cells(many).length, 1);
    assert.equal((many.data[0] as { showscale: boolean }).showscale, true);
  });

  it("refuses names that do not fit", () => {
    assert.throws(() => confusionMatrix([[1]], ["a", "b"]), /2 class names for a matrix of 1 rows/);
    assert.throws(() => confusionMatrix([], []), InputError);
  });
});

describe("learningCurve", () => {
  const lines = (figure: ReturnType<typeof learningCurve>): { x: number[]; y: number[] }[] =>
    figure.data as { x: number[]; y: number[] }[];

  it("draws every step of a short run, and means of neighbours of a long one", () => {
    const short = learningCurve([{ name: "a", values: [3, NaN, 1] }]);
    assert.deepEqual(lines(short)[0].x, [1, 2, 3]);
    assert.deepEqual(lines(short)[0].y, [3, null, 1]);
    const long = learningCurve([{ name: "a", values: [1, 3, 5, 7, 9] }], { maxPoints: 3 });
    assert.deepEqual(lines(long)[0].x, [1.5, 3.5, 5]);
    assert.deepEqual(lines(long)[0].y, [2, 6, 9]);
  });

  it("smooths without leaning towards zero at the start", () => {
    const values = Float32Array.of(4, 4, 4, 8);
    const [raw, smooth] = lines(learningCurve([{ name: "a", values }], { smoothing: 0.5 }));
    assert.deepEqual(raw.y, [4, 4, 4, 8]);
    // (1*4 + 2*4 + 4*4 + 8*8) / 15
    assert.deepEqual(smooth.y, [4, 4, 4, 6.13333]);
  });

  it("refuses runs without a value and weights that are none", () => {
    assert.throws(() => learningCurve([]), /0 runs without a value/);
    assert.throws(() => learningCurve([{ name: "a", values: [NaN] }]), InputError);
    assert.throws(() => learningCurve([{ name: "a", values: [1] }], { smoothing: 1 }), InputError);
  });
});

describe("reliability", () => {
  it("draws the bins that hold images, and says the error", () => {
    const calibration = exampleCalibration(2);
    const figure = reliability([{ name: "from scratch", calibration }]);
    const [curve] = figure.data as { name: string; x: number[]; y: number[] }[];
    const filled = calibration.bins.filter((bin) => bin.count > 0);
    assert.equal(curve.x.length, filled.length);
    assert.equal(curve.y[0], Number((100 * filled[0].accuracy).toFixed(4)));
    const error = (100 * calibration.expectedError).toFixed(1);
    assert.equal(curve.name, `from scratch (ECE ${error} %)`);
  });

  it("refuses no calibration", () => {
    assert.throws(() => reliability([]), /no calibration/);
  });
});
