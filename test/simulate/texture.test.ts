import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { texture } from "../../src/simulate";

describe("simulate/texture", () => {
  it("gives the same texture for a seed, finite everywhere, and another for another", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { heights, difference, size } = texture({ seed, size: 64 });
      assert.equal(heights.length, size * size);
      assert.ok(heights.every(Number.isFinite) && difference.every(Number.isFinite));
      assert.deepEqual(texture({ seed, size: 64 }).heights, heights);
      assert.notDeepEqual(texture({ seed: seed + 100, size: 64 }).heights, heights);
    }
  });

  it("knows what its defects do: nothing where there are none, and little of the picture else", () => {
    const shares = Array.from({ length: 20 }, (_, i) => {
      const { difference } = texture({ seed: i + 1 });
      const { difference: none } = texture({ seed: i + 1, defects: false });
      assert.ok(none.every((value) => value === 0));
      return difference.filter((value) => Math.abs(value) > 0.5).length / difference.length;
    });
    assert.ok(shares.some((share) => share > 0.01));
    assert.ok(shares.every((share) => share < 0.7));
  });

  it("says what is wrong", () => {
    assert.throws(() => texture({ size: 8 }), InputError);
  });
});
