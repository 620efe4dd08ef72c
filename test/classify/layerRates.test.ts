import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import { classify, pretrain } from "../../src";
// The shares themselves, which show in a training only as small differences.
import { layerShares } from "../../src/classify/layerRates";
import { scoringNetwork } from "../../src/classify/scoringNetwork";
import { stripes } from "../study/fixtures";

const images = stripes({ perClass: 4, size: 8 });
const none = pretrain.none({ encoder: { resnet: { depth: 8, width: 2 } } });

describe("classify/fineTune by layer", () => {
  it("lets each layer learn at a share of the rate of the one above it", async () => {
    const start = await none(images, createRng(1));
    const model = scoringNetwork(start, 3, createRng(1));
    const shares = layerShares(model.network, { layerDecay: 0.5, layerRates: { stem: 0 } });
    assert.deepEqual(Object.fromEntries(shares), {
      stem: 0,
      stage1: 0.125,
      stage2: 0.25,
      stage3: 0.5,
      head: 1,
    });
    assert.throws(() => layerShares(model.network, { layerRates: { stages: 1 } }), /stage1/);
    model.dispose();
    start.dispose();
  });

  it("keeps the weights of a layer whose share is 0, and gives the same as before where all are 1", async () => {
    const start = await none(images, createRng(1));
    const learn = async (options: object): Promise<Float32Array> => {
      const method = classify.fineTune({ steps: 5, ...options });
      const made = await method(start, images, createRng(2));
      const found = await made.predict(images);
      made.dispose();
      return found;
    };
    const plain = await learn({});
    assert.deepEqual(await learn({ layerDecay: 1, layerRates: { head: 1 } }), plain);
    const gentle = await learn({ layerDecay: 0.3 });
    assert.notDeepEqual(gentle, plain);
    assert.deepEqual(await learn({ layerDecay: 0.3 }), gentle);
    const still = { stem: 0, stage1: 0, stage2: 0, stage3: 0, head: 0 };
    const slow = await learn({ layerRates: still, learningRate: 1 });
    assert.deepEqual(await learn({ layerRates: still, learningRate: 1e-9 }), slow);
    start.dispose();
  });

  it("refuses shares out of their range", () => {
    assert.throws(() => classify.fineTune({ layerDecay: 0 }), InputError);
    assert.throws(() => classify.fineTune({ layerDecay: 1.5 }), InputError);
    assert.throws(() => classify.fineTune({ layerRates: { stem: -1 } }), InputError);
  });
});
