import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { defaultLabelSeconds, scoreAgainstMinutes, type MinutesOptions } from "../../src/figures";
import { exampleResults } from "./exampleData";

describe("scoreAgainstMinutes", () => {
  // 5 labels for one a class, and 60 or 120 seconds of a machine.
  const results = exampleResults(["a"], [1, 2], 3).map((result) => ({
    ...result,
    machineSeconds: result.labelsPerClass * 60,
  }));
  const minutes = (options: MinutesOptions): number[] =>
    (scoreAgainstMinutes(results, options).data[0] as { x: number[] }).x;

  it("counts the minutes of expert and machine, or of one of them", () => {
    assert.deepEqual(minutes({ secondsPerLabel: 12 }), [2, 4]);
    assert.deepEqual(minutes({ secondsPerLabel: 12, of: "expert" }), [1, 2]);
    assert.deepEqual(minutes({ of: "machine" }), [1, 2]);
  });

  it("says what a label is taken to cost, where that counts", () => {
    const said = (options: MinutesOptions): string =>
      JSON.stringify(scoreAgainstMinutes(results, options).layout);
    assert.match(said({}), new RegExp(`to need ${defaultLabelSeconds} s for a label`));
    assert.match(said({ secondsPerLabel: 3 }), /to need 3 s for a label/);
    assert.doesNotMatch(said({ of: "machine" }), /for a label/);
  });

  it("refuses no result, times that are none, and labels that cost nothing", () => {
    assert.throws(() => scoreAgainstMinutes([]), /no result/);
    const untimed = results.map((result) => ({ ...result, machineSeconds: NaN }));
    assert.throws(() => scoreAgainstMinutes(untimed), /trial of NaN seconds/);
    assert.throws(() => scoreAgainstMinutes(results, { secondsPerLabel: 0 }), InputError);
    assert.throws(() => scoreAgainstMinutes(results, { of: "nobody" as "both" }), InputError);
  });
});
