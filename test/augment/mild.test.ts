import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createRng } from "../../src/core";
import { compose, flip, mild, randomCrop } from "../../src/augment";
import { apply, image, randomBatch, repeated } from "./images";

describe("augment/mild", () => {
  it("is a mirror in half of the cases and a shift by up to an eighth of the shorter edge, in images of any size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 2, max: 40 }),
        fc.integer(),
        (h, w, seed) => {
          const images = randomBatch([5, h, w, 2]);
          const padding = Math.max(1, Math.round(Math.min(h, w) / 8));
          const spelled = compose(flip({ horizontal: 0.5 }), randomCrop({ padding }));
          const rng = createRng(seed).fork("mild");
          assert.deepEqual(apply(mild.views(), images, rng), apply(spelled, images, rng));
        },
      ),
      { seed: 6, numRuns: 40 },
    );
  });

  it("never mirrors where it is told not to", () => {
    const many = repeated(200, randomBatch([1, 6, 6, 1]));
    const shifts = apply(randomCrop({ padding: 1 }), many);
    const kinds = (of: typeof many): number =>
      new Set(Array.from({ length: 200 }, (_, i) => image(of, i).join())).size;
    assert.equal(kinds(apply(mild.views({ mirror: false }), many)), kinds(shifts));
    assert.equal(kinds(apply(mild.views(), many)), 2 * kinds(shifts));
  });
});
