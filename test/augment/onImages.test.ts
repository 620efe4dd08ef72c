import assert from "node:assert/strict";
import {
  createRng,
  fusedName,
  hasOwnKernels,
  tf,
  type Tensor,
  type Tensor4D,
} from "../../src/core";
import { colourJitter } from "../../src/augment/colourJitter";
import { applyColourMaps, hueMap, type ColourMap } from "../../src/augment/colourMap";
import { copyRectangles, resampleBoxes, type PixelSpan } from "../../src/augment/resample";
import { assertClose, noise } from "../fixtures/networkParity";

/** What our kernels give, and what TensorFlow's pieces give. */
function both(work: () => Tensor): [own: Tensor, pieces: Tensor] {
  const own = work();
  process.env[fusedName] = "off";
  try {
    return [own, work()];
  } finally {
    delete process.env[fusedName];
  }
}

const images = (b: number, h: number, w: number, c: number): Tensor4D => tf.tensor4d(noise(1, b * h * w * c).map(Math.abs), [b, h, w, c]); // prettier-ignore

describe("augment/onImages", function () {
  before(function () {
    if (!hasOwnKernels()) this.skip();
  });

  for (const [b, h, w, c, height, width] of [
    [5, 32, 32, 3, 32, 32],
    [3, 7, 11, 1, 16, 5],
    [2, 1, 4, 5, 3, 9],
    [2, 6, 1, 2, 1, 1],
  ])
    it(`brings parts of images to one size as TensorFlow does, ${[b, h, w, c].join(" x ")} to ${height} x ${width}`, () => {
      tf.tidy(() => {
        const rng = createRng(2);
        // Some begin before the border and end beyond it.
        const boxes = Array.from({ length: b }, () => ({
          top: rng.between(-0.5, h / 2),
          left: rng.between(-0.5, w / 2),
          height: rng.between(0.2, h / 2),
          width: rng.between(0.2, w / 2 + 0.5),
        }));
        const [own, pieces] = both(() => resampleBoxes(images(b, h, w, c), boxes, [height, width]));
        assert.deepEqual(own.shape, pieces.shape);
        assertClose(own.dataSync(), pieces.dataSync(), "value", { absolute: 1e-5 });
      });
    });

  for (const [b, h, w, c] of [
    [5, 32, 32, 3],
    [4, 6, 9, 1],
    [3, 1, 5, 4],
  ])
    it(`copies rectangles to the bit, ${[b, h, w, c].join(" x ")}`, () => {
      tf.tidy(() => {
        const spans = (length: number): PixelSpan[] => [
          [0, length - 1],
          [length - 1, 0],
        ];
        const whole = (i: number): readonly [PixelSpan, PixelSpan] => [
          spans(h)[i % 2],
          spans(w)[(i >> 1) % 2],
        ];
        const part = (i: number): readonly [PixelSpan, PixelSpan] => [
          [h - 1, h - 1],
          i % 2 === 0 ? [1, w - 1] : [w - 2, 0],
        ];
        for (const rectangle of [whole, part]) {
          const [own, pieces] = both(() => copyRectangles(images(b, h, w, c), rectangle));
          assert.deepEqual(own.shape, pieces.shape);
          assert.deepEqual([...own.dataSync()], [...pieces.dataSync()]);
        }
      });
    });

  for (const [padding, b, h, w, c] of [
    [4, 6, 32, 32, 3],
    [3, 5, 4, 9, 1],
    [1, 4, 2, 2, 7],
    [30, 3, 33, 31, 2],
  ])
    for (const beyond of ["reflect", "zero"] as const)
      it(`copies rectangles that reach ${padding} pixels beyond ${[b, h, w, c].join(" x ")} to the bit, ${beyond}`, () => {
        tf.tidy(() => {
          const rng = createRng(5);
          const span = (length: number): PixelSpan => {
            const from = rng.integer(2 * padding + 1) - padding;
            const to = from + length - 1;
            return rng.uniform() < 0.5 ? [from, to] : [to, from];
          };
          const spans = Array.from({ length: b }, () => [span(h), span(w)] as const);
          const [own, pieces] = both(() =>
            copyRectangles(images(b, h, w, c), (i) => spans[i], { padding, beyond }),
          );
          assert.deepEqual([...own.dataSync()], [...pieces.dataSync()]);
        });
      });

  it("takes nothing from beyond the mirror images", () => {
    tf.tidy(() => {
      const far = (): readonly [PixelSpan, PixelSpan] => [
        [-3, -1],
        [0, 2],
      ];
      const around = { padding: 3, beyond: "reflect" } as const;
      assert.throws(() => copyRectangles(images(1, 3, 3, 1), far, around), /mirror images/);
      assert.throws(() => copyRectangles(images(1, 3, 3, 1), () => [[3, 5], [0, 2]], around), /mirror images/); // prettier-ignore
    });
  });

  for (const [b, h, w] of [
    [6, 32, 32],
    [3, 1, 1],
    [2, 3, 7],
  ])
    for (const clip of [true, false])
      it(`maps colours as TensorFlow does, ${b} x ${h} x ${w}${clip ? ", cut to 0 to 1" : ""}`, () => {
        tf.tidy(() => {
          const maps: ColourMap[] = Array.from({ length: b }, (_, i) =>
            hueMap(i / 7).map(
              (value, k) => value * (1 + i / 5) + (k % 4 === 3 ? 0.1 * i - 0.2 : 0),
            ),
          );
          const [own, pieces] = both(() => applyColourMaps(images(b, h, w, 3), maps, { clip }));
          assertClose(own.dataSync(), pieces.dataSync(), "value", { absolute: 1e-5 });
          const values = [...own.dataSync()];
          if (clip) assert.ok(values.every((value) => value >= 0 && value <= 1));
        });
      });

  it("takes no value of another pixel into a colour", () => {
    tf.tidy(() => {
      const values = noise(3, 4 * 5 * 3);
      values[3 * 7 + 1] = Number.NaN;
      const mapped = applyColourMaps(tf.tensor4d(values, [1, 4, 5, 3]), [hueMap(0.3)]).dataSync();
      assert.deepEqual(
        [...mapped.keys()].filter((at) => Number.isNaN(mapped[at])),
        [21, 22, 23],
      );
    });
  });

  it("changes colours about the same mean", () => {
    tf.tidy(() => {
      const [own, pieces] = both(() => colourJitter()(images(9, 13, 7, 3), createRng(4)));
      assertClose(own.dataSync(), pieces.dataSync(), "value", { absolute: 1e-5 });
    });
  });

  it("leaves whole numbers, and no images at all, to TensorFlow", () => {
    tf.tidy(() => {
      const numbers = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1], "int32");
      const turned = copyRectangles(numbers, () => [
        [0, 1],
        [1, 0],
      ]);
      assert.deepEqual([...turned.dataSync()], [2, 1, 4, 3]);
      assert.deepEqual(copyRectangles(tf.zeros([0, 3, 4, 2]), () => [[0, 0], [0, 0]]).shape, [0, 3, 4, 2]); // prettier-ignore
    });
  });
});
