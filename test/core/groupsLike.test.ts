import assert from "node:assert/strict";
import { groupsLike, imageSet, InputError } from "../../src/core";

const set = imageSet({
  name: "scans",
  pixels: new Float32Array(4),
  shape: [1, 1, 1],
  labels: [0, 0, 1, 1],
  classNames: ["a", "b"],
  groups: ["train 000 Ge(001)", "train 001 TiO2(110)", "test 000 TiO2(110)", "x.y"],
  unit: "pm",
});

describe("core/groupsLike", () => {
  it("takes names as they are, and * for any text", () => {
    assert.deepEqual([...groupsLike(set, ["x.y"])], ["x.y"]);
    assert.deepEqual([...groupsLike(set, ["* TiO2(110)"])], [set.groups[1], set.groups[2]]);
    assert.deepEqual([...groupsLike(set, ["test*", "*Ge*"])], [set.groups[2], set.groups[0]]);
    assert.equal(groupsLike(set, ["*"]).size, 4);
  });

  it("says which group is not there", () => {
    assert.throws(() => groupsLike(set, ["xzy"]), /"xzy"[\s\S]*train 000/);
    assert.throws(() => groupsLike(set, ["Ge"]), InputError);
    assert.throws(() => groupsLike(set, []), InputError);
  });
});
