import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, InputError } from "../../src/core";
import { embedImages } from "../../src/nets";
import { joined, none, physics, pixels, simclr } from "../../src/pretrain";
import { stripes } from "../study/fixtures";

const images = stripes({ perClass: 6, size: 16 });
const encoder = { resnet: { depth: 8, width: 2 } } as const;

describe("pretrain/joined", () => {
  it("puts the numbers of its parts side by side, each as it is alone", async () => {
    const parts = [physics(), none({ encoder })];
    const rows: Float32Array[] = [];
    for (const learn of [...parts, joined({ of: parts })]) {
      const made = await learn(images, createRng(3));
      const copy = made.clone();
      rows.push(await embedImages(copy, images));
      copy.dispose();
      made.dispose();
    }
    const n = images.ids.length;
    const [a, b, both] = rows;
    const [p, q] = [a.length / n, b.length / n];
    for (let i = 0; i < n; i++) {
      const row = both.subarray(i * (p + q), (i + 1) * (p + q));
      assert.deepEqual([...row], [...a.subarray(i * p, (i + 1) * p), ...b.subarray(i * q, (i + 1) * q)]); // prettier-ignore
    }
  });

  it("leaves no checkpoint behind", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-joined-"));
    const learn = joined({ of: [pixels(), simclr({ encoder, epochs: 2, batchSize: 6 })] });
    const on = { checkpoint: path.join(folder, "checkpoint"), checkpointSeconds: 0 };
    (await learn(images, createRng(1), on)).dispose();
    assert.deepEqual(fs.readdirSync(folder), []);
    fs.rmdirSync(folder);
  });

  it("refuses fewer than two parts, and names that a plan may not join", async () => {
    assert.throws(() => joined({ of: [pixels()] }), InputError);
    const { definition } = joined;
    assert.throws(() => definition.parse({ of: [{ simclr: {} }, { from: { file: "x" } }] }), /of\[1\]/); // prettier-ignore
    assert.throws(() => definition.parse({ of: [{ simclr: { epoch: 3 } }] }), /of\[0\]\.simclr/);
    const made = await joined({ of: [pixels(), none({ encoder })] })(images, createRng(1));
    await assert.rejects(made.save("x"), InputError);
    made.dispose();
  });
});
