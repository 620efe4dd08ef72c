import assert from "node:assert/strict";
import { columnScale, willNotChange } from "../../src/core";
import { pickRows } from "../../src/study/work/pickRows";

const rows = (n: number, dim: number): Parameters<typeof pickRows>[0] => ({
  features: Float32Array.from({ length: n * dim }, (_, at) => Math.sin(at)),
  labels: Int32Array.from({ length: n }, (_, i) => i % 2),
  dim,
  classNames: ["a", "b"],
});

describe("study/pickRows", () => {
  it("gives the rows with some numbers, and the same ones a trial later", () => {
    const all = rows(6, 3);
    const [learnt, test] = [Int32Array.of(4, 0, 3), Int32Array.of(1, 5)];
    const first = pickRows(all, learnt);
    assert.deepEqual([...first.features.subarray(0, 3)], [...all.features.subarray(12, 15)]);
    assert.deepEqual([...first.labels], [0, 0, 1]);
    const asked = pickRows(all, test);
    assert.deepEqual([...asked.features.subarray(3)], [...all.features.subarray(15, 18)]);
    assert.equal(pickRows(all, Int32Array.from(learnt)).features, first.features);
    assert.equal(pickRows(all, test).features, asked.features);
    assert.notEqual(pickRows(all, Int32Array.of(4, 0, 2)).features, first.features);
  });

  it("takes rows anew where a method has scaled them in place", () => {
    const all = rows(6, 3);
    const indices = Int32Array.of(2, 5, 1);
    const first = pickRows(all, indices);
    first.features.forEach((value, at) => (first.features[at] = 2 * value + 1));
    const again = pickRows(all, indices);
    assert.deepEqual([...again.features.subarray(0, 3)], [...all.features.subarray(6, 9)]);
    assert.deepEqual(columnScale(again.features, 3), columnScale(again.features.slice(), 3));
  });
});

describe("core/columnScale", () => {
  it("measures features once that are said not to change, and others each time", () => {
    const kept = Float32Array.of(1, 2, 3, 6);
    const other = kept.slice();
    willNotChange(kept);
    assert.deepEqual(columnScale(kept, 2), columnScale(other, 2));
    assert.equal(columnScale(kept, 2), columnScale(kept, 2));
    assert.notEqual(columnScale(other, 2), columnScale(other, 2));
    other[0] = 5;
    assert.equal(columnScale(other, 2).mean[0], 4);
    // Of other columns it is asked anew.
    assert.deepEqual([...columnScale(kept, 1).mean], [3]);
  });
});
