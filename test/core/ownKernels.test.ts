import assert from "node:assert/strict";
import {
  createRng,
  hasOwnKernels,
  joinTensors,
  partLike,
  runOwnUpdate,
  tf,
  type Tensor1D,
} from "../../src/core";

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

  it("refuses gradients that are not those of all values", () => {
    tf.tidy(() => {
      const three = (): Tensor1D => tf.tensor1d([1, 2, 3]);
      const inputs = [three(), three(), three(), tf.scalar(0.1)];
      const constants = { momentum: 0.9, ahead: 0 };
      for (const gradients of [[tf.zeros([2])], [tf.zeros([2]), tf.zeros([2])]])
        assert.throws(() => runOwnUpdate("FewscopeMomentum", constants, inputs, gradients, 2), /gradients of as many values as the vectors have/); // prettier-ignore
      const gradients = [tf.zeros([2]), tf.zeros([1, 1])];
      const { vectors, values } = runOwnUpdate("FewscopeMomentum", constants, inputs, gradients, 2);
      assert.equal(vectors.length, 2);
      assert.deepEqual(
        values.map(({ shape }) => shape),
        [[2], [1, 1]],
      );
    });
  });
});
