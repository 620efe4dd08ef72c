import assert from "node:assert/strict";
import { createRng, hideLabels, type ImageSet } from "../../src/core";
import { nets, pretrain } from "../../src";
import { stripes } from "../study/fixtures";

const source = stripes({ perClass: 24, size: 8 });
const target = hideLabels(stripes({ perClass: 8, size: 12 }));
const small = { encoder: { resnet: { depth: 8, width: 4 } }, batchSize: 24 } as const;

async function embed(options: object, set: ImageSet, seed = 1): Promise<Float32Array> {
  const made = await pretrain.supervised({ source, ...small, ...options })(set, createRng(seed));
  try {
    return await nets.embedImages(made, set);
  } finally {
    made.dispose();
  }
}

describe("pretrain/supervised", () => {
  it("learns the source's classes, the same bytes for the same seed", async () => {
    const losses: number[] = [];
    const method = pretrain.supervised({ source, ...small, epochs: 12, learningRate: 0.01 });
    const on = { keep: (_: string, values: Float32Array): void => void losses.push(...values) };
    const made = await method(target, createRng(1), on);
    const found = await nets.embedImages(made, target);
    made.dispose();
    assert.ok(losses[35] < 0.5 * losses[0], `${losses[0]} to ${losses[35]}`);
    assert.deepEqual(await embed({ epochs: 12, learningRate: 0.01 }, target), found);
    assert.notDeepEqual(await embed({ epochs: 12, learningRate: 0.01 }, target, 2), found);
  });

  it("takes the mean and spread of the images it is for", async () => {
    const made = await pretrain.supervised({ source, ...small, epochs: 1 })(target, createRng(1));
    const pixels = target.pixels.read(target.labels.map((_, i) => i));
    const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
    const stored = made.network?.variables.get("input.mean")?.dataSync()[0] ?? NaN;
    made.dispose();
    assert.ok(Math.abs(stored - mean) < 1e-5);
  });

  it("says what is wrong with its source", async () => {
    assert.throws(() => pretrain.supervised({ source: hideLabels(source) }), /0 labelled classes/);
    const colour: ImageSet = { ...target, shape: [12, 4, 3] };
    await assert.rejects(embed({}, colour), /source with 1 channels for images with 3/);
  });
});
