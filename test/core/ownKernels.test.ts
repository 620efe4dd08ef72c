import assert from "node:assert/strict";
import { createRng, hasOwnKernels, joinTensors, partLike, tf } from "../../src/core";

describe("core/ownKernels", function () {
  before(function () {
    if (!hasOwnKernels()) this.skip();
  });

  // The second are so many values that threads share the copying.
  for (const shapes of [
    [[], [3], [2, 3], [1, 5, 1, 2]],
    [[7], [700, 900], [3, 3, 8, 8], [1]],
  ])
    it(`joins values of tensors and parts them again: ${shapes.map((shape) => `[${shape.join(" x ")}]`).join(", ")}`, () => {
      tf.tidy(() => {
        const rng = createRng(1);
        const parts = shapes.map(
          (shape) =>
          tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()), shape), // prettier-ignore
        );
        const joined = joinTensors(parts);
        assert.deepEqual(
          [...joined.dataSync()],
          parts.flatMap((part) => [...part.dataSync()]),
        );
        const again = partLike(joined, parts);
        assert.deepEqual(
          again.map(({ shape }) => shape),
          shapes,
        );
        for (const [i, part] of again.entries())
          assert.deepEqual([...part.dataSync()], [...parts[i].dataSync()]);
      });
    });

  it("refuses parts that are not all of the values", () => {
    tf.tidy(() => {
      const joined = tf.tensor1d([1, 2, 3]);
      for (const like of [[tf.zeros([2])], [tf.zeros([2]), tf.zeros([2])]])
        assert.throws(() => partLike(joined, like), /as many values as the parts have/);
    });
  });
});
