import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import { symmetryScores, type SymmetryScores } from "../../src/physics";

const size = 25;
const shape = { height: size, width: size };

/** A sum of round spots across the rows, which run down the image. */
function spots(...list: readonly (readonly [height: number, across: number])[]): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [(i % size) - 12, Math.floor(i / size) - 12];
    return list.reduce(
      (sum, [height, at]) => sum + height * Math.exp(-((x - at) ** 2 + y * y) / (2 * 2.2 ** 2)),
      0,
    );
  });
}

function near(found: SymmetryScores, expected: readonly number[]): void {
  const got = [found.mirrorAcross, found.mirrorAlong, found.halfTurn, found.asymmetry];
  got.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-4, `${got.join(" ")}`));
}

const about = { centre: [12, 12], radius: 8 } as const;

describe("physics/symmetryScores", () => {
  it("gives 0 for a round spot, and the known values of an off-row pair and of a weak one", () => {
    near(symmetryScores(spots([1, 0]), shape, about), [1, 1, 1, 0]);
    near(symmetryScores(spots([1.1, 1.6], [-0.6, -1.6]), shape, about), [-0.6584, 1, -0.6584, 0.8292]); // prettier-ignore
    near(symmetryScores(spots([1, 0], [0.2, 3], [-0.2, -3]), shape, about), [0.8225, 1, 0.8225, 0.0888]); // prettier-ignore
  });

  it("exchanges its mirror lines with the direction of the rows", () => {
    const pair = spots([1.1, 1.6], [-0.6, -1.6]);
    const found = symmetryScores(pair, shape, { ...about, along: [3, 0] });
    near(found, [1, -0.6584, -0.6584, 0.8292]);
  });

  it("gives the scores of the clean image from trace and retrace, or from the noise's size", () => {
    const rng = createRng(4);
    const noisy = (clean: Float64Array): Float64Array => clean.map((v) => v + 0.15 * rng.normal());
    [spots([1, 0]), spots([1.1, 1.6], [-0.6, -1.6]), spots([1, 0], [0.2, 3], [-0.2, -3])].forEach((clean) => { // prettier-ignore
      // Pixels on the mirror line match themselves, and are left out where noise counts.
      const truth = symmetryScores(clean, shape, { ...about, axis: false }).mirrorAcross;
      const means = { raw: 0, pair: 0, single: 0 };
      for (let draw = 0; draw < 40; draw++) {
        const [first, second] = [noisy(clean), noisy(clean)];
        means.raw += symmetryScores(first, shape, { ...about, axis: false }).mirrorAcross / 40;
        means.pair += symmetryScores(first, shape, { ...about, second }).mirrorAcross / 40;
        means.single += symmetryScores(first, shape, { ...about, noise: 0.15 }).mirrorAcross / 40;
      }
      assert.ok(Math.abs(means.pair - truth) < 0.06, `pair ${means.pair} for ${truth}`);
      assert.ok(Math.abs(means.single - truth) < 0.06, `one ${means.single} for ${truth}`);
      assert.ok(Math.abs(means.raw) < Math.abs(truth) - 0.1, "noise lowers what is not corrected");
    }); // prettier-ignore
  });

  it("says that noise forbids a score", () => {
    const rng = createRng(5);
    const noise = new Float64Array(size * size).map(() => rng.normal());
    assert.equal(symmetryScores(noise, shape, { ...about, noise: 1 }).measurable, false);
    assert.equal(symmetryScores(spots([1, 0]), shape, { ...about, noise: 0.05 }).measurable, true);
  });

  it("refuses a centre outside of the image", () => {
    assert.throws(() => symmetryScores(spots([1, 0]), shape, { centre: [0, 12], radius: 8 }), InputError); // prettier-ignore
  });
});
