import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dryRun } from "../../src/study";
import { stripesPlan, writeStripes } from "./stripesStudy";

describe("study/dryRun", function () {
  this.timeout(120_000);

  it("reckons what a long study takes from some steps of it, and leaves no record", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-dry-"));
    try {
      writeStripes(path.join(folder, "set.npz"));
      const encoder = { resnet: { depth: 8, width: 4 } };
      // Hours, if anything of it were run to its end.
      const simclr = { simclr: { epochs: 100_000, batchSize: 16, views: "grey", encoder } };
      const methods = ["logistic", "again"].map((name) => ({
        ...{ name, pretrain: simclr, classify: { logisticRegression: {} } },
      }));
      const slow = { fineTune: { steps: 100_000 } };
      const scratch = { name: "scratch", pretrain: { none: { encoder } }, classify: slow };
      const notes: string[] = [];
      const note = (text: string): number => notes.push(text);
      const out = path.join(folder, "out");
      const told = await dryRun(stripesPlan(folder, { methods: [...methods, scratch] }), out, {
        note,
      });
      assert.deepEqual(
        notes.filter((text) => text.startsWith("Not timed")),
        [],
      );
      assert.deepEqual([told.trials, told.openTrials], [12, 12]);
      // A step takes a millisecond at least; the two on one encoder share it, and four trials from scratch train each.
      assert.ok(told.pretrainingSeconds > 100, `${told.pretrainingSeconds} s`);
      assert.ok(told.trialSeconds > 400, `${told.trialSeconds} s`);
      assert.ok(!fs.existsSync(path.join(out, "records")));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
