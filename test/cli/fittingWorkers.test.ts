import assert from "node:assert/strict";
import { fittingWorkers } from "../../src/cli/fittingWorkers";

const gigabytes = (n: number): number => n * 2 ** 30;

describe("cli/fittingWorkers", () => {
  it("has as many processes as there are cores for their threads", () => {
    assert.equal(fittingWorkers(1, { cores: 2, memory: gigabytes(20) }), 2);
    assert.equal(fittingWorkers(2, { cores: 2, memory: gigabytes(20) }), 1);
    assert.equal(fittingWorkers(2, { cores: 7, memory: gigabytes(20) }), 3);
  });

  it("has no more than fit in the memory, no more than eight, and one at least", () => {
    assert.equal(fittingWorkers(1, { cores: 16, memory: gigabytes(5) }), 3);
    assert.equal(fittingWorkers(1, { cores: 64, memory: gigabytes(500) }), 8);
    assert.equal(fittingWorkers(4, { cores: 2, memory: gigabytes(1) }), 1);
  });

  it("looks at this machine where it is not told of another", () => {
    assert.ok(fittingWorkers(1) >= 1);
  });
});
