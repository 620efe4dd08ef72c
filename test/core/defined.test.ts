import assert from "node:assert/strict";
import { defined } from "../../src/core";

describe("core: defined", () => {
  it("leaves out what is undefined and nothing else, in order", () => {
    const name: string | undefined = ["", undefined][0];
    const group: string | undefined = ["", undefined][1];
    const found = defined({ count: 0, group, name, none: null, wrong: false });
    assert.deepEqual(Object.entries(found), [
      ["count", 0],
      ["name", ""],
      ["none", null],
      ["wrong", false],
    ]);
  });

  it("has a type that an option of exactly that type takes", () => {
    const size = [32, undefined][1];
    const options: { readonly size?: number } = defined({ size });
    assert.equal("size" in options, false);
  });
});
