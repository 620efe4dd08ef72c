import assert from "node:assert/strict";
import { followProgress } from "../../src/core";

describe("core/followProgress", () => {
  it("tells how fast a task goes once it has gone on, and begins anew with another", () => {
    const follow = followProgress();
    const step = (task: string, done: number): string =>
      follow({ task, done, total: 4, unit: "step", values: { loss: 0.5 } }).line;
    assert.equal(step("SimCLR", 1), "SimCLR 1/4, loss 0.5000");
    assert.match(step("SimCLR", 2), /^SimCLR 2\/4, [\d.e+]+ step\/s, \d+ s left, loss 0\.5000$/);
    assert.equal(step("SimCLR", 4), "SimCLR 4/4, loss 0.5000");
    assert.equal(step("FixMatch", 1), "FixMatch 1/4, loss 0.5000");
  });

  it("tells how long all trials will take, before the step that is under way", () => {
    const follow = followProgress();
    const trial = (done: number): void => {
      follow({ task: `study: trial ${done}`, done, total: 3, unit: "trial" });
    };
    trial(0);
    const first = follow({ task: "SimCLR", done: 1, total: 9 });
    assert.deepEqual([first.head, first.finished], ["[0/3] ", false]);
    trial(1);
    assert.match(follow({ task: "SimCLR", done: 2, total: 9 }).head, /^\[1\/3, \d+ s left\] $/);
    trial(3);
    assert.ok(follow({ task: "SimCLR", done: 9, total: 9 }).finished);
  });
});
