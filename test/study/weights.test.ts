import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { classify, pretrain, study } from "../../src";
import type { Method } from "../../src/core";
import { stripes } from "./fixtures";

const encoder = { resnet: { depth: 8, width: 2 } } as const;
const images = stripes({ perClass: 14, size: 8, noise: 0.8 });
const own = { encoder, epochs: 3, batchSize: 16 };
const few = { steps: 20, batchSize: 8, unlabelledRatio: 1 };

const methods: readonly Method[] = [
  { name: "FixMatch", pretrain: pretrain.none({ encoder }), classify: classify.fixMatch(few) },
  { name: "teacher", pretrain: pretrain.none({ encoder }), classify: classify.meanTeacher(few) },
  ...(["byol", "moco", "dino"] as const).map((name) => ({
    name,
    pretrain: pretrain[name](own),
    classify: classify.logisticRegression(),
  })),
  { name: "tuned", pretrain: pretrain.byol(own), classify: classify.fineTune({ steps: 2 }) },
  { name: "SimCLR", pretrain: pretrain.simclr(own), classify: classify.logisticRegression() },
];

describe("study: averaged and last weights", () => {
  it("scores both in the record, wherever a method has both, also from encoders that were kept", async () => {
    const out = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-weights-"));
    try {
      const options = { images, test: 0.3, labelsPerClass: [2], draws: 1, methods, out };
      const first = await study.run(options);
      for (const record of first) {
        const { method, weights, accuracy, balancedAccuracy, macroF1 } = record;
        if (method === "tuned" || method === "SimCLR") {
          assert.equal(weights, undefined, method);
          continue;
        }
        assert.deepEqual(weights?.average, { accuracy, balancedAccuracy, macroF1 }, method);
        for (const score of Object.values(weights?.last ?? { none: NaN }))
          assert.ok(score >= 0 && score <= 1, method);
      }
      fs.rmSync(path.join(out, "records"), { recursive: true });
      assert.deepEqual(await study.run(options), first);
    } finally {
      fs.rmSync(out, { recursive: true });
    }
  });
});
