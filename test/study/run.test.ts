import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  InputError,
  StoppedError,
  UNLABELLED,
  type Augmentation,
  type Classify,
  type Pretrain,
} from "../../src/core";
import { classify, pretrain, study } from "../../src";
import { stripes } from "./fixtures";

const images = stripes({ perClass: 40, size: 8 });
const small = { resnet: { depth: 8, width: 4 } } as const;

describe("study/run", function () {
  this.timeout(600_000);

  it("tells easy classes from few labels, and better from more", async () => {
    const results = await study.run({
      images,
      test: 0.3,
      labelsPerClass: [1, 10],
      draws: 3,
      allLabels: true,
      methods: [
        { name: "pixels", pretrain: pretrain.pixels(), classify: classify.logisticRegression() },
        {
          name: "components",
          pretrain: pretrain.pixels({ components: 4 }),
          classify: classify.prototypes(),
        },
        { name: "neighbours", pretrain: pretrain.pixels(), classify: classify.nearestNeighbours() },
      ],
    });
    assert.equal(results.length, 3 * (2 * 3 + 1));
    for (const { method, labelsPerClass, balancedAccuracy, labelsRead, nTest } of results) {
      if (labelsPerClass === 10)
        assert.ok(balancedAccuracy > 0.95, `${method}: ${balancedAccuracy}`);
      if (labelsPerClass > 0) assert.equal(labelsRead, 3 * labelsPerClass);
      else assert.equal(labelsRead, 120 - nTest);
    }
    const rows = study.summarise(results);
    assert.equal(rows.length, 9);
    assert.match(study.summaryTable(rows), /labels a class +1 +10 +all/);
  });

  it("learns from scratch and after SimCLR, and leaves no tensor", async () => {
    const results = await study.run({
      images,
      test: 0.3,
      labelsPerClass: [10],
      draws: 1,
      methods: [
        {
          name: "from scratch",
          pretrain: pretrain.none({ encoder: small }),
          classify: classify.fineTune({ epochs: 1, minSteps: 60, learningRate: 5e-3 }),
        },
        {
          name: "SimCLR",
          pretrain: pretrain.simclr({ encoder: small, epochs: 2, batchSize: 16 }),
          classify: classify.logisticRegression(),
        },
      ],
    });
    assert.ok(results[0].balancedAccuracy > 0.8, String(results[0].balancedAccuracy));
    assert.ok(results[1].balancedAccuracy > 0.4, String(results[1].balancedAccuracy));
  });

  it("shows pretraining no label and a classifier only its budget", async () => {
    const seen: { pretrain: number; labelled: number; all: number }[] = [];
    let hidden = 0;
    const spyPretrain: Pretrain = (set, rng) => {
      hidden = set.labels.filter((label) => label !== UNLABELLED).length;
      return pretrain.pixels()(set, rng);
    };
    const spy: Classify = async (encoder, train, rng) => {
      const labelled = train.labels.filter((label) => label !== UNLABELLED).length;
      seen.push({ pretrain: hidden, labelled, all: train.labels.length });
      return classify.prototypes()(encoder, train, rng);
    };
    const [result] = await study.run({
      images,
      test: 0.3,
      labelsPerClass: [2],
      draws: 1,
      methods: [{ name: "spy", pretrain: spyPretrain, classify: spy }],
    });
    assert.deepEqual(seen, [{ pretrain: 0, labelled: 6, all: 120 - result.nTest }]);
  });

  it("throws the sentence of a trial that cannot be done", async () => {
    const methods = [
      { name: "no weights", pretrain: pretrain.pixels(), classify: classify.fineTune() },
    ];
    await assert.rejects(
      study.run({ images, test: 0.3, methods, labelsPerClass: [1] }),
      InputError,
    );
  });

  it("keeps and resumes a study in a cell, but for functions that do not know their settings", async () => {
    const out = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-run-"));
    let trained = 0;
    const views: Augmentation = (x) => x;
    const simclr = { encoder: small, epochs: 1, batchSize: 16 };
    const options = {
      images,
      out,
      test: 0.3,
      labelsPerClass: [1, 2],
      draws: 2,
      methods: [
        { name: "ours", pretrain: pretrain.simclr(simclr), classify: classify.prototypes() },
        { name: "own", pretrain: pretrain.simclr({ ...simclr, views }), classify: classify.prototypes() }, // prettier-ignore
      ],
    };
    try {
      const count = {
        report: ({ task }: { task: string }) => void (trained += +(task === "SimCLR")),
      };
      const first = await study.run(options, count);
      assert.equal(trained, 2 * 5);
      assert.equal(fs.readdirSync(path.join(out, "records")).length, 4);
      assert.match(JSON.stringify(first[4].pretrain), /a function of your own, .* not kept/);
      assert.deepEqual(await study.run(options, count), first);
      assert.equal(trained, 3 * 5);
    } finally {
      fs.rmSync(out, { recursive: true });
    }
  });

  it("takes one way to split only", async () => {
    const methods = [{ name: "one", pretrain: pretrain.pixels(), classify: classify.prototypes() }];
    const both = { images, methods, test: 0.3, testGroups: ["scan 1"] };
    await assert.rejects(study.run(both), /test and testGroups together.*exactly one of/);
  });

  it("stops when it is told to", async () => {
    const methods = [
      {
        name: "SimCLR",
        pretrain: pretrain.simclr({ encoder: small }),
        classify: classify.prototypes(),
      },
    ];
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    await assert.rejects(
      study.run(
        { images, test: 0.3, methods, labelsPerClass: [1] },
        { signal: controller.signal, report: ({ done }) => done === 3 && stop() },
      ),
      StoppedError,
    );
  });
});
