import assert from "node:assert/strict";
import { createRng, tf, type Encoder, type Tensor2D, type Tensor4D } from "../../src/core";
import { pretrain } from "../../src";
import { stripes } from "../study/fixtures";

/** An encoder that is no more than a function. */
function encoderOf(dim: number, embed: (images: Tensor4D) => Tensor2D): Encoder {
  return {
    dim,
    embed: (images) => tf.tidy(() => embed(images)),
    clone: () => encoderOf(dim, embed),
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
}

const images = stripes({ perClass: 32, size: 8 });
const rows = (batch: Tensor4D): Tensor2D => batch.reshape([batch.shape[0], 64]);

describe("pretrain/collapse", () => {
  it("warns of embeddings that are equal, whatever their length", async () => {
    const equal = encoderOf(3, (batch) =>
      tf.tile(rows(batch).mean<Tensor2D>(1, true).abs().add<Tensor2D>(1), [1, 3]),
    );
    const found = await pretrain.collapse(equal, images);
    assert.ok(found.spread < 1e-6);
    assert.equal(found.effectiveRank, 1);
    assert.match(found.warning ?? "", /has collapsed.*Lower the learning rate/);
  });

  it("warns of embeddings that differ along one direction only", async () => {
    const line = encoderOf(2, (batch) => {
      const x = rows(batch).slice<Tensor2D>([0, 0], [batch.shape[0], 1]).mul<Tensor2D>(0.3);
      return tf.concat2d([x.add<Tensor2D>(1), tf.onesLike(x)], 1);
    });
    const found = await pretrain.collapse(line, images);
    assert.ok(found.spread > 0.02 && found.effectiveRank < 1.5);
    assert.ok(found.warning !== undefined);
  });

  it("measures 1 and the dimension for embeddings that point everywhere", async () => {
    const axes = encoderOf(4, (batch) => {
      const n = batch.shape[0];
      const signs = Float32Array.from({ length: n * 4 }, (_, i) =>
        (i >> 2) % 4 === i % 4 ? ((i >> 4) % 2 === 0 ? 1 : -1) : 0,
      );
      return tf.tensor2d(signs, [n, 4]);
    });
    const found = await pretrain.collapse(axes, images, { sample: 64 });
    assert.ok(Math.abs(found.spread - 1) < 1e-6);
    assert.ok(Math.abs(found.effectiveRank - 4) < 1e-6);
    assert.equal(found.warning, undefined);
  });

  it("does not warn of random and trained networks", async () => {
    const encoder = { resnet: { depth: 8, width: 4 } } as const;
    for (const method of [
      pretrain.none({ encoder }),
      pretrain.byol({ encoder, epochs: 4, batchSize: 32 }),
    ]) {
      const made = await method(images, createRng(1));
      assert.equal((await pretrain.collapse(made, images)).warning, undefined);
      made.dispose();
    }
  });
});
