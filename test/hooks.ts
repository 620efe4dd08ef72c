import assert from "node:assert/strict";
import { backendLoaded, configureBackend, tf } from "../src/core";

// One number of threads for all tests, since it changes the last digits.
configureBackend({ threads: 2 });

let tensorsBefore = 0;

const countTensors = (): number => (backendLoaded() ? tf.memory().numTensors : 0);

/** Runs around every test: a test that leaves tensors behind fails, since a study would fill the memory. */
export const mochaHooks = {
  beforeEach(): void {
    tensorsBefore = countTensors();
  },
  afterEach(this: Mocha.Context): void {
    // A test that was broken off could not clear up; its own failure says enough.
    if (this.currentTest?.state === "failed") return;
    const left = countTensors() - tensorsBefore;
    assert.equal(left, 0, `this test left ${left} tensors; dispose them or work inside tf.tidy`);
  },
};
