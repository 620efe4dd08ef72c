import { strict as assert } from "node:assert";
import {
  createRng,
  imageSet,
  InputError,
  memoryPixels,
  subset,
  type PixelArray,
} from "../../src/core";

const rng = createRng(1);
const count = 6;

/** Whole numbers up to the largest that fits, all of them drawn. */
function drawn<T extends PixelArray>(values: T, most: number): T {
  for (let i = 0; i < values.length; i++) values[i] = rng.integer(most + 1);
  return values;
}

describe("core/imageSet", () => {
  // Images of nine and eleven values begin at every place within a word; those of eight are whole words.
  for (const perImage of [8, 9, 11])
    for (const [kind, values, most] of [
      ["bytes", drawn(new Uint8Array(count * perImage), 255), 255],
      // A view whose first value does not lie at a whole word.
      ["bytes within others", drawn(new Uint8Array(count * perImage + 3).subarray(3), 255), 255],
      ["16-bit values", drawn(new Uint16Array(count * perImage), 65535), 65535],
      ["floats", Float32Array.from({ length: count * perImage }, () => rng.normal()), 1],
      ["doubles", Float64Array.from({ length: count * perImage }, () => rng.normal()), 1],
    ] as const)
      it(`reads ${kind} as parts of the largest, ${perImage} an image, into new memory and into given`, () => {
        const pixels = memoryPixels(values, perImage);
        const order = [4, 0, 5, 4];
        const wanted = order.flatMap((i) => Array.from(values.subarray(i * perImage, (i + 1) * perImage), (value) => Math.fround(value / most))); // prettier-ignore
        assert.deepEqual([...pixels.read(order)], wanted);
        const room = new Float32Array(order.length * perImage + 2).fill(-1);
        const middle = room.subarray(1, -1);
        assert.equal(pixels.read(order, middle), middle);
        assert.deepEqual([...room], [-1, ...wanted, -1]);
      });

  it("has no images beyond the last", () => {
    for (const values of [new Uint8Array(12), new Uint16Array(12), new Float32Array(12)])
      for (const index of [3, -1, NaN])
        assert.throws(() => memoryPixels(values, 4).read([0, index]), InputError);
  });

  it("reads some images of a set into given memory too", () => {
    const set = imageSet({
      name: "small",
      pixels: drawn(new Uint8Array(count * 4), 255),
      shape: [2, 2, 1],
    });
    const some = subset(set, [5, 1, 2]);
    const room = new Float32Array(8);
    assert.equal(some.pixels.read([2, 0], room), room);
    assert.deepEqual([...room], [...set.pixels.read([2, 5])]);
  });
});
