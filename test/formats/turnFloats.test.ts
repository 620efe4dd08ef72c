import assert from "node:assert/strict";
import { turnFloats } from "../../src/formats/instruments/turnFloats";

const odd = [NaN, Infinity, -Infinity, -0, 1e-45, -3.4028234663852886e38];

/** Big-endian float32 of an image, with a value of the odd ones at a place, and its values row by row. */
function image(width: number, height: number, at: number, value: number) {
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      Math.fround(y * width + x === at ? value : 1e-10 * (1 + y * width + x)),
    ),
  );
  const bytes = Buffer.alloc(4 * width * height);
  rows.flat().forEach((number, i) => bytes.writeFloatBE(number, 4 * i));
  return { bytes, rows };
}

function turned(bytes: Uint8Array, width: number, height: number, mirror: boolean) {
  const values = new Float32Array(width * height);
  const finite = turnFloats(
    (target, from) => target.set(bytes.subarray(from, from + target.length)),
    { from: 0, width, height, mirror },
    (piece, row) => values.set(piece, row * width),
  );
  return { values, finite };
}

describe("turning big-endian float32", () => {
  for (const mirror of [false, true]) {
    it(`gives the values of any width${mirror ? ", mirrored" : ""}, and whether all are finite`, () => {
      const height = 3;
      for (let width = 1; width <= 35; width++) {
        for (const value of odd) {
          for (const at of [0, width - 1, 2 * width - 1, height * width - 1]) {
            const { bytes, rows } = image(width, height, at, value);
            const wanted = rows.flatMap((row) => (mirror ? row.toReversed() : row));
            const { values, finite } = turned(bytes, width, height, mirror);
            assert.deepEqual(Array.from(values), wanted, `width ${width}, ${value} at ${at}`);
            assert.equal(finite, Number.isFinite(value), `width ${width}, ${value} at ${at}`);
          }
        }
      }
    });
  }

  it("gives an image of many pieces, the last of them short", () => {
    const [width, height] = [1000, 200];
    const { bytes, rows } = image(width, height, 0, 0);
    const { values, finite } = turned(bytes, width, height, false);
    assert.deepEqual(Array.from(values), rows.flat());
    assert.equal(finite, true);
  });
});
