import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng, InputError } from "../../src/core";
import { batches } from "../../src/train";

describe("train/batches", () => {
  it("shows every image at most once an epoch, in full batches", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(sizes, ([count, batchSize]) => {
        const { stepsPerEpoch, at } = batches({ count, batchSize, rng: createRng(1) });
        const size = Math.min(count, batchSize);
        assert.equal(stepsPerEpoch, Math.floor(count / size));
        const seen = Array.from({ length: stepsPerEpoch }, (_, s) => [...at(s)]).flat();
        assert.equal(seen.length, stepsPerEpoch * size);
        assert.equal(new Set(seen).size, seen.length);
        assert.ok(seen.every((index) => index >= 0 && index < count));
      }),
      { seed: 1 },
    );
  });

  it("gives the same step the same images, whatever was asked before", () => {
    const options = { count: 10, batchSize: 3 };
    const forward = batches({ ...options, rng: createRng(5) });
    const backward = batches({ ...options, rng: createRng(5) });
    const steps = [0, 1, 2, 3, 4, 5, 6, 7];
    const first = steps.map((step) => [...forward.at(step)]);
    const second = steps.toReversed().map((step) => [...backward.at(step)]);
    assert.deepEqual(first, second.toReversed());
  });

  it("orders each epoch anew", () => {
    const { at } = batches({ count: 20, batchSize: 20, rng: createRng(1) });
    assert.notDeepEqual([...at(0)], [...at(1)]);
  });

  it("refuses an empty set and an empty batch", () => {
    assert.throws(() => batches({ count: 0, batchSize: 3, rng: createRng(1) }), InputError);
    assert.throws(() => batches({ count: 3, batchSize: 0, rng: createRng(1) }), InputError);
  });
});
