import assert from "node:assert/strict";
import { whenAsked } from "../../src/formats/instruments/whenAsked";

describe("a property that is worked out when it is asked for", () => {
  const withData = whenAsked<"data", number[]>("data");
  let made = 0;
  const some = (): { name: string; readonly data: number[] } =>
    withData({ name: "Z" }, () => [++made]);

  beforeEach(() => {
    made = 0;
  });

  it("is worked out once, for each object by itself", () => {
    const [one, two] = [some(), some()];
    assert.equal(made, 0);
    assert.deepEqual([two.data, one.data, two.data, one.data], [[1], [2], [1], [2]]);
    assert.equal(made, 2);
  });

  it("that throws is asked for anew", () => {
    let readable = false;
    const object = withData({}, () => {
      if (!readable) throw new Error("no such file");
      return [7];
    });
    assert.throws(() => object.data, /no such file/);
    readable = true;
    assert.deepEqual(object.data, [7]);
  });

  it("stands among the others as if it had always been there", () => {
    const object = some();
    assert.deepEqual(Object.keys(object), ["name", "data"]);
    assert.deepEqual(object, { name: "Z", data: [1] });
    const copies = [{ ...object }, structuredClone(object), JSON.parse(JSON.stringify(object))];
    for (const copy of copies) {
      assert.deepEqual(copy, { name: "Z", data: [1] });
      assert.deepEqual(Object.getOwnPropertySymbols(copy), []);
    }
    assert.equal(made, 1);
  });

  it("has one getter for all objects, so that dropped values are let go at once", () => {
    const facts = [some(), some()].map((object) =>
      Reflect.getOwnPropertyDescriptor(object, "data"),
    );
    const [one, two] = facts.map((fact): unknown => fact?.["get"]);
    assert.equal(typeof one, "function");
    assert.equal(one, two);
  });
});
