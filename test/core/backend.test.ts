import assert from "node:assert/strict";
import util from "node:util";
import { tf } from "../../src/core";

describe("the backend", () => {
  it("gives TensorFlow the functions that newer versions of Node took away, where it looks for them", () => {
    const joined = tf.tidy(() => tf.concat([tf.tensor1d([1]), tf.tensor1d([2])]));
    assert.deepEqual([...joined.dataSync()], [1, 2]);
    joined.dispose();
    const found = util as unknown as Record<string, unknown>;
    assert.equal(typeof found["isNullOrUndefined"], "function");
    assert.equal(found["isArray"], Array.isArray);
  });
});
