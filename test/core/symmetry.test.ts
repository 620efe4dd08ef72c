import assert from "node:assert/strict";
import {
  defined,
  imageSet,
  imagesHash,
  hideLabels,
  InputError,
  subset,
  symmetriesOf,
  withLabels,
  withSymmetries,
  type ImageSet,
} from "../../src/core";
import { standardise } from "../../src/study";

const set = (keepsClass?: readonly string[]): ImageSet =>
  imageSet({
    name: "two",
    pixels: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    shape: [2, 2, 1],
    labels: [0, 1],
    classNames: ["a", "b"],
    ...defined({ keepsClass }),
  });

describe("core/symmetry", () => {
  it("gives each symmetry once, in one order, and refuses unknown ones with the nearest", () => {
    const given = set(["quarterTurns", "mirrorX", "mirrorX"]);
    assert.deepEqual(given.keepsClass, ["mirrorX", "quarterTurns"]);
    assert.throws(() => set(["mirorX"]), /Did you mean "mirrorX"/);
    assert.throws(() => withSymmetries(set(), ["turns"]), InputError);
  });

  it("adds what follows, and nothing where the set does not say", () => {
    const of = (...names: string[]): string[] => [...symmetriesOf(set(names))].sort();
    assert.deepEqual([...symmetriesOf(set())], []);
    assert.deepEqual(of("mirrorX"), ["mirrorX"]);
    assert.deepEqual(of("mirrorX", "mirrorY"), ["halfTurn", "mirrorX", "mirrorY"]);
    assert.deepEqual(of("halfTurn", "mirrorY"), ["halfTurn", "mirrorX", "mirrorY"]);
    assert.deepEqual(of("quarterTurns"), ["halfTurn", "quarterTurns"]);
    assert.deepEqual(of("mirrorX", "quarterTurns"), [
      "halfTurn",
      "mirrorX",
      "mirrorY",
      "quarterTurns",
    ]);
  });

  it("stays with the images, whatever is done to their labels, number and scale", () => {
    const given = set(["mirrorX"]);
    const changed = [
      subset(given, [1]),
      withLabels(given, [1, 0]),
      hideLabels(given),
      standardise(given, "image"),
    ];
    for (const { keepsClass } of changed) assert.deepEqual(keepsClass, ["mirrorX"]);
  });

  it("is part of the images' hash, as the scale is, since views go by both", () => {
    const hashes = [
      set(),
      set(["mirrorX"]),
      set(["mirrorX", "mirrorY"]),
      { ...set(), nmPerPixel: 0.1 },
    ].map(imagesHash);
    assert.equal(new Set(hashes).size, 4);
    assert.equal(imagesHash(set([])), imagesHash(set()));
  });
});
