import assert from "node:assert/strict";
import { pace } from "../../src/core/pace";

describe("core/pace", () => {
  /** How often the first way is gone in so many times, by what each takes. */
  const gone = (
    one: ReturnType<typeof pace>,
    times: number,
    first: number,
    second: number,
  ): number =>
    Array.from({ length: times }, () => {
      const goesFirst = one.goFirst();
      one.took(goesFirst, goesFirst ? first : second);
      return goesFirst;
    }).filter(Boolean).length;

  it("goes both ways, then the faster one, and hardly ever the other", () => {
    for (const firstIsFaster of [true, false]) {
      const one = pace();
      assert.equal(gone(one, 18, 2, 2), 9);
      const first = gone(one, 1280, firstIsFaster ? 1 : 3, 2) / 1280;
      assert.ok(firstIsFaster ? first > 0.9 && first < 1 : first > 0 && first < 0.1, String(first));
    }
  });

  it("is not led astray by a single slow time", () => {
    const one = pace();
    gone(one, 18, 1, 2);
    one.took(true, 100);
    assert.equal(one.goFirst(), true);
  });

  it("goes another way when it has become the faster one", () => {
    const one = pace();
    gone(one, 100, 1, 2);
    gone(one, 300, 3, 2);
    assert.equal(one.goFirst(), false);
  });
});
