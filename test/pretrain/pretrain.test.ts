import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  InputError,
  readBatch,
  subset,
  valuesOf,
  type ImageSet,
  type Pretrain,
} from "../../src/core";
import { nets, pretrain } from "../../src";
import { stripes } from "../study/fixtures";

const images = stripes({ perClass: 16, size: 8 });
const encoder = { resnet: { depth: 8, width: 4 } } as const;

async function embeddings(method: Pretrain, set: ImageSet, seed = 1): Promise<Float32Array> {
  const made = await method(set, createRng(seed));
  const out = await nets.embedImages(made, set);
  made.dispose();
  return out;
}

describe("pretrain", function () {
  this.timeout(600_000);

  for (const [name, method] of [
    ["none", pretrain.none({ encoder })],
    ["principal components", pretrain.pixels({ components: 4 })],
    ["simclr", pretrain.simclr({ encoder, epochs: 2, batchSize: 16 })],
  ] as const) {
    it(`gives the same bytes for the same seed, others for another: ${name}`, async () => {
      const first = await embeddings(method, images);
      assert.deepEqual(await embeddings(method, images), first);
      assert.notDeepEqual(await embeddings(method, images, 2), first);
      assert.ok(first.every(Number.isFinite));
    });
  }

  it("passes pixels through as they are", async () => {
    const found = await embeddings(pretrain.pixels(), images);
    const all = images.labels.map((_, i) => i);
    assert.deepEqual(found, images.pixels.read(all));
    // They need not go through a tensor, and are the same where they do.
    const encoder = await pretrain.pixels()(images, createRng(1));
    assert.equal(encoder.asTheyAre, true);
    assert.deepEqual(valuesOf(() => encoder.embed(readBatch(images, all))), found); // prettier-ignore
  });

  it("finds the directions of largest spread, orthonormal and in order of nothing but span", async () => {
    // A set that varies along two directions only: two components keep all distances.
    const two = stripes({ perClass: 10, noise: 0 });
    const all = await embeddings(pretrain.pixels(), two);
    const few = await embeddings(pretrain.pixels({ components: 2 }), two);
    const distance = (v: Float32Array, d: number, i: number, j: number): number => {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += (v[i * d + k] - v[j * d + k]) ** 2;
      return sum;
    };
    for (const [i, j] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ])
      assert.ok(Math.abs(distance(all, 64, i, j) - distance(few, 2, i, j)) < 1e-3);
  });

  it("teaches SimCLR to lower its loss", async () => {
    let losses = new Float32Array();
    const keep = (_: string, values: Float32Array): void => void (losses = values.slice());
    const made = await pretrain.simclr({ encoder, epochs: 20, batchSize: 16, learningRate: 0.2 })(
      images,
      createRng(1),
      { keep },
    );
    made.dispose();
    const mean = (v: Float32Array): number => v.reduce((a, b) => a + b, 0) / v.length;
    assert.equal(losses.length, 60);
    assert.ok(mean(losses.subarray(50)) < mean(losses.subarray(0, 10)) - 0.1);
  });

  it("keeps an encoder in a file", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-encoder-"));
    try {
      const file = path.join(folder, "encoder.safetensors");
      const made = await pretrain.simclr({ encoder, epochs: 1, batchSize: 16 })(
        images,
        createRng(1),
      );
      await made.save(file);
      const read = await nets.loadEncoder(file);
      assert.deepEqual(await nets.embedImages(read, images), await nets.embedImages(made, images));
      made.dispose();
      read.dispose();
      const components = await pretrain.pixels({ components: 2 })(images, createRng(1));
      await components.save(file);
      await assert.rejects(nets.loadEncoder(file), InputError);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("says what is wrong with its input", async () => {
    const one = subset(images, [0]);
    await assert.rejects(embeddings(pretrain.simclr({ encoder }), one), /at least two/);
    await assert.rejects(embeddings(pretrain.pixels({ components: 65 }), images), InputError);
    assert.throws(() => pretrain.simclr({ temperature: 0 }), InputError);
    assert.throws(() => pretrain.simclr({ epochs: 0.5 }), InputError);
  });
});
