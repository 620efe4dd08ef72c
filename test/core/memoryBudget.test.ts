import assert from "node:assert/strict";
import * as os from "node:os";
import { checkBudget, InputError, memoryBudget } from "../../src/core";

describe("the budget for memory", () => {
  const before = process.env["FEWSCOPE_MEMORY"];
  afterEach(() => {
    if (before === undefined) delete process.env["FEWSCOPE_MEMORY"];
    else process.env["FEWSCOPE_MEMORY"] = before;
  });

  it("is a part of what the machine has, or what the environment says", () => {
    delete process.env["FEWSCOPE_MEMORY"];
    assert.ok(memoryBudget() > 1e8 && memoryBudget() < os.totalmem());
    process.env["FEWSCOPE_MEMORY"] = "50";
    assert.equal(memoryBudget(), 50e6);
  });

  it("refuses what is beyond it, with the numbers and what to do", () => {
    process.env["FEWSCOPE_MEMORY"] = "50";
    checkBudget("a", 50e6);
    assert.throws(
      () => checkBudget("big.npz", 51e6),
      (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, /"big\.npz", which would take 0\.0510 GB.*0\.0500 GB.*pieces/);
        return true;
      },
    );
  });
});
