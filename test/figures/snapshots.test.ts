import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { format } from "prettier";
import { createRng, type Figure } from "../../src/core";
import {
  confusionMatrix,
  embeddingMap,
  evidence,
  imageGrid,
  labelEfficiency,
  labelPlan,
  labelSavings,
  learningCurve,
  lineProfile,
  methodDifferences,
  reliability,
  riskCoverage,
  scan,
  scoreAgainstMinutes,
  scoreMap,
  toJson,
} from "../../src/figures";
import { labelPoints, planLabels } from "../../src/metrics";
import { exampleCalibration, exampleResults, exampleScan } from "./exampleData";

const methods = ["pixels", "from scratch", "SimCLR + logistic", "SimCLR + fine-tune"];
const numbers = (n: number, value: (i: number) => number): number[] =>
  Array.from({ length: n }, (_, i) => value(i));

/** One of each figure, and of those that look otherwise with other data. */
const examples: Readonly<Record<string, () => Figure | Promise<Figure>>> = {
  "label-efficiency": () =>
    labelEfficiency(exampleResults(methods, [1, 2, 5, 10, 0], 5), {
      title: "Simulated STM",
      chance: 0.2,
      notes: ["5 label draws, shared by all methods; 1 pretraining; 95 % t-interval over draws."],
    }),
  "label-efficiency-one-draw": () =>
    labelEfficiency(exampleResults(["from scratch"], [1, 5, 20], 1), { metric: "accuracy" }),
  "label-efficiency-twelve": () =>
    labelEfficiency(
      exampleResults(
        numbers(12, (i) => i).map((i) => `method ${i}`),
        [1, 10, 0],
        3,
      ),
    ),
  "label-savings": () =>
    labelSavings(exampleResults(methods, [1, 2, 5, 10, 20], 5), {
      baseline: "from scratch",
    }),
  evidence: () =>
    evidence(
      [1, 0.2].map((strength) => ({
        title: `an image with ${strength} of the evidence`,
        image: numbers(16, (i) => Math.sin(i)),
        evidence: numbers(16, (i) => strength * Math.cos(i)),
        deviation: 0.15,
        height: 4,
        width: 4,
      })),
      { title: "Why", nmPerPixel: 0.12, verdict: "Usable." },
    ),
  "method-differences": () =>
    methodDifferences(exampleResults(methods, [1, 2, 5, 10, 20], 5), {
      against: "from scratch",
      title: "Simulated STM",
    }),
  "label-plan": () => {
    const results = exampleResults(["SimCLR"], [1, 2, 5, 10, 20, 40], 5);
    const plan = planLabels(labelPoints(results, { method: "SimCLR" }), { target: 0.91 });
    return labelPlan(plan, { title: "Simulated STM", notes: ["Shaded: 95 % range."] });
  },
  "learning-curve": () =>
    learningCurve(
      [1, 2].map((k) => ({ name: `run ${k}`, values: numbers(60, (i) => 2 + k / (1 + i)) })),
      { smoothing: 0.8, yLabel: "NT-Xent loss", maxPoints: 30 },
    ),
  "learning-curve-log": () =>
    learningCurve([{ name: "run", values: [1, 0.1, NaN, 0.01] }], {
      yScale: "log",
      xLabel: "epoch",
    }),
  "image-grid-heights": () =>
    imageGrid({
      name: "heights",
      pixels: Float32Array.from(numbers(6 * 16, (i) => Math.sin(i) * (1 + (i % 5)))),
      shape: [4, 4, 1],
      labels: [0, 0, 1, 1, 1, 0],
      classNames: ["clean", "dimer vacancy"],
      unit: "pm",
      nmPerPixel: 0.4,
    }),
  "image-grid-colours": () =>
    imageGrid(
      {
        name: "colours",
        pixels: Uint8Array.from(numbers(3 * 12, (i) => (i * 37) % 256)),
        shape: [2, 2, 3],
      },
      { columns: 3, rng: createRng(1), title: "Unlabelled" },
    ),
  "confusion-matrix": () =>
    confusionMatrix(
      [
        [8, 2, 0],
        [1, 9, 0],
        [0, 0, 0],
      ],
      ["clean", "vacancy", "adatom"],
    ),
  "embedding-map": () =>
    embeddingMap({
      embeddings: numbers(60, (i) => Math.sin(i * i) + (i % 3)),
      dim: 3,
      labels: numbers(20, (i) => (i % 4) - 1),
      ids: numbers(20, (i) => i).map((i) => `image ${i}`),
      classNames: ["a", "b", "c"],
      method: "pca",
      rng: createRng(1),
      maxPoints: 15,
    }),
  scan: () =>
    scan(exampleScan(), {
      title: "Two features",
      features: [
        { xNm: 0.5, yNm: 0.5, widthNm: 0.4, heightNm: 0.4, height: 1.2e-10, areaNm2: 0.1 },
        { xNm: 1.5, yNm: 1, height: -5e-11 },
      ],
      classes: ["adatom", "dimer vacancy"],
    }),
  "scan-unfinished": () =>
    scan(exampleScan(3), { colours: "viridis", channel: "Z backward", scaleBar: false }),
  "line-profile": () =>
    lineProfile(exampleScan(2), [{ from: [0, 0], to: [2, 1.5] }], {
      channels: ["Z forward", "Z backward"],
      widthNm: 0.3,
    }),
  "label-efficiency-paired": () =>
    labelEfficiency(exampleResults(methods, [1, 2, 5, 10], 5), { against: "from scratch" }),
  "score-map": () => scoreMap(exampleResults(methods, [1, 2, 5, 0], 3)),
  "score-against-minutes": () =>
    scoreAgainstMinutes(
      exampleResults(methods, [1, 5, 20], 3).map((result) => ({
        ...result,
        machineSeconds: result.method.startsWith("SimCLR") ? 400 : 2 + result.draw,
      })),
    ),
  "risk-coverage": () =>
    riskCoverage([
      { name: "from scratch", risks: numbers(20, (i) => (0.3 * (i + 1)) / 20) },
      { name: "SimCLR", risks: numbers(10, (i) => 0.02 * i * i * 0.1) },
    ]),
  reliability: () =>
    reliability([
      { name: "from scratch", calibration: exampleCalibration(2) },
      { name: "SimCLR", calibration: exampleCalibration(1) },
    ]),
};

/** After a wanted change: UPDATE_SNAPSHOTS=1 npx mocha, then look at the difference and at the pictures. */
const update = process.env["UPDATE_SNAPSHOTS"] === "1";

describe("figures", () => {
  for (const [name, make] of Object.entries(examples)) {
    it(`${name} is the figure that was looked at`, async () => {
      const file = path.join(__dirname, "snapshots", `${name}.json`);
      const json = toJson(await make());
      if (update) fs.writeFileSync(file, await format(json, { parser: "json", printWidth: 100 }));
      const hint = `${name} has changed; if that is meant, look at it and run with UPDATE_SNAPSHOTS=1`;
      assert.ok(fs.existsSync(file), `${file} is missing; run once with UPDATE_SNAPSHOTS=1`);
      assert.deepEqual(JSON.parse(json), JSON.parse(fs.readFileSync(file, "utf8")), hint);
    });
  }
});
