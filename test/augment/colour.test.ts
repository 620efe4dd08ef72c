import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { colourJitter, greyscale } from "../../src/augment";
import {
  brightnessMap,
  chain,
  contrastMap,
  hueMap,
  luminanceAfter,
  saturationMap,
  type ColourMap,
} from "../../src/augment/colourMap";
import { apply, distance, image, moments, randomBatch, repeated } from "./images";

const luminance = ([r, g, b]: readonly number[]): number => 0.299 * r + 0.587 * g + 0.114 * b;

function mapped(map: ColourMap, colour: readonly number[]): number[] {
  return [0, 4, 8].map(
    (k) => map[k] * colour[0] + map[k + 1] * colour[1] + map[k + 2] * colour[2] + map[k + 3],
  );
}

describe("augment/colourJitter", () => {
  const colour = [0.7, 0.2, 0.4];

  it("has torchvision's meaning of brightness, contrast and saturation", () => {
    assert.ok(distance(mapped(brightnessMap(1.3), colour), [0.91, 0.26, 0.52]) < 1e-12);
    const towards = (grey: number): number[] => colour.map((v) => 1.4 * v - 0.4 * grey);
    assert.ok(distance(mapped(contrastMap(1.4, 0.5), colour), towards(0.5)) < 1e-12);
    assert.ok(distance(mapped(saturationMap(1.4), colour), towards(luminance(colour))) < 1e-12);
  });

  it("turns the hue about the grey axis: luminance and greys stay, red goes near green", () => {
    const rng = createRng(1);
    for (let i = 0; i < 50; i++) {
      const map = hueMap(rng.between(-0.5, 0.5));
      const any = [rng.uniform(), rng.uniform(), rng.uniform()];
      assert.ok(Math.abs(luminance(mapped(map, any)) - luminance(any)) < 1e-12);
      assert.ok(distance(mapped(map, [0.3, 0.3, 0.3]), [0.3, 0.3, 0.3]) < 1e-12);
    }
    assert.ok(distance(mapped(hueMap(0), colour), colour) < 1e-12);
    const green = mapped(hueMap(1 / 3), [1, 0, 0]);
    assert.ok(green[1] > green[0] && green[1] > green[2], green.join());
    const blue = mapped(hueMap(2 / 3), [1, 0, 0]);
    assert.ok(blue[2] > blue[0] && blue[2] > blue[1], blue.join());
    assert.ok(distance(mapped(chain(hueMap(0.2), hueMap(-0.2)), colour), colour) < 1e-12);
  });

  it("chains maps in order and follows the mean", () => {
    const first = contrastMap(0.5, 0.2);
    const second = hueMap(0.3);
    const both = mapped(chain(first, second), colour);
    assert.ok(distance(both, mapped(second, mapped(first, colour))) < 1e-12);
    assert.ok(Math.abs(luminanceAfter(first, colour) - luminance(mapped(first, colour))) < 1e-12);
  });

  it("multiplies each image by its own brightness and clips once, to [0,1]", () => {
    const only = colourJitter({
      brightness: 0.4,
      contrast: 0,
      saturation: 0,
      hue: 0,
      probability: 1,
    });
    const batch = randomBatch([200, 4, 4, 3]);
    const changed = apply(only, batch);
    const factors = Array.from({ length: 200 }, (_, i) => {
      const [before, after] = [image(batch, i), image(changed, i)];
      const at = before.indexOf(Math.min(...before));
      const factor = after[at] / before[at];
      assert.ok(
        distance(
          after,
          before.map((v) => Math.min(1, v * factor)),
        ) < 1e-4,
      );
      return factor;
    });
    assert.ok(Math.min(...factors) < 0.62 && Math.max(...factors) > 1.38);
    assert.ok(factors.every((factor) => factor > 0.599 && factor < 1.401));
  });

  it("takes contrast from each image's own mean luminance", () => {
    const only = colourJitter({
      brightness: 0,
      contrast: 0.4,
      saturation: 0,
      hue: 0,
      probability: 1,
    });
    const batch = randomBatch([20, 5, 5, 3], 0.4, 0.6);
    const changed = apply(only, batch);
    const greys = (values: Float32Array): number[] =>
      Array.from({ length: 25 }, (_, p) => luminance(Array.from(values.slice(3 * p, 3 * p + 3))));
    for (let i = 0; i < 20; i++) {
      const [before, after] = [greys(image(batch, i)), greys(image(changed, i))];
      assert.ok(Math.abs(moments(before).mean - moments(after).mean) < 1e-5);
      const factor = moments(after).deviation / moments(before).deviation;
      assert.ok(factor > 0.599 && factor < 1.401);
    }
  });

  it("changes about the wanted share of images", () => {
    const batch = repeated(1000, randomBatch([1, 3, 3, 3]));
    const changed = apply(colourJitter({ probability: 0.8 }), batch);
    const same = Array.from({ length: 1000 }, (_, i) => i).filter(
      (i) => distance(image(changed, i), image(batch, i)) === 0,
    ).length;
    assert.ok(Math.abs(same - 200) < 5 * Math.sqrt(160), `${same} of 1000 unchanged`);
    assert.ok(changed.values.every((v) => v >= 0 && v <= 1));
  });
});

describe("augment/greyscale", () => {
  it("gives some images one luminance in all channels and leaves the others", () => {
    const batch = repeated(1000, randomBatch([1, 3, 3, 3]));
    const changed = apply(greyscale({ probability: 0.2 }), batch);
    let grey = 0;
    for (let i = 0; i < 1000; i++) {
      const [before, after] = [image(batch, i), image(changed, i)];
      if (distance(before, after) === 0) continue;
      grey++;
      for (let p = 0; p < 27; p += 3) {
        const expected = luminance(Array.from(before.subarray(p, p + 3)));
        assert.ok(distance(after.subarray(p, p + 3), [expected, expected, expected]) < 1e-6);
      }
    }
    assert.ok(Math.abs(grey - 200) < 5 * Math.sqrt(160), `${grey} of 1000 grey`);
  });
});
