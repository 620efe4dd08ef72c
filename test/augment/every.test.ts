import assert from "node:assert/strict";
import { createRng, InputError, tf, type Augmentation } from "../../src/core";
import * as augment from "../../src/augment";
import { apply, distance, image, moments, randomBatch, repeated, type Batch } from "./images";

/** Each with settings that change nearly every image. */
const anyChannels: Record<string, Augmentation> = {
  randomResizedCrop: augment.randomResizedCrop(),
  randomCrop: augment.randomCrop({ padding: 3 }),
  flip: augment.flip({ horizontal: 0.5, vertical: 0.5 }),
  quarterTurns: augment.quarterTurns(),
  affine: augment.affine(),
  brightness: augment.brightness(),
  contrast: augment.contrast(),
  gamma: augment.gamma(),
  noise: augment.noise(),
  blur: augment.blur({ probability: 0.9 }),
  cutout: augment.cutout({ size: 3, fill: "mean" }),
  randomApply: augment.randomApply({ probability: 0.7, steps: augment.noise() }),
  compose: augment.compose(augment.flip(), augment.noise()),
  grey: augment.grey.views({ turns: true }),
  mild: augment.mild.views(),
  strong: augment.strong.views(),
  "photo of one channel": augment.photo.views({ channels: 1, blur: true }),
};
const colour: Record<string, Augmentation> = {
  colourJitter: augment.colourJitter(),
  greyscale: augment.greyscale({ probability: 0.5 }),
  photo: augment.photo.views({ blur: true }),
};

describe("augment, each one", () => {
  for (const [name, change] of Object.entries({ ...anyChannels, ...colour })) {
    const channels = name in colour ? 3 : 2;

    it(`${name} gives the same bytes for the same seed, others for another, and leaves its input`, () => {
      const batch = randomBatch([6, 9, 9, channels]);
      const before = batch.values.slice();
      const once = apply(change, batch, createRng(3).fork("a"));
      const rng = createRng(3).fork("a");
      assert.deepEqual(apply(change, batch, rng).values, once.values);
      // Pure: a second call with the same generator is the same call.
      assert.deepEqual(apply(change, batch, rng).values, once.values);
      assert.notDeepEqual(apply(change, batch, createRng(4).fork("a")).values, once.values);
      assert.deepEqual(batch.values, before);
    });

    it(`${name} draws for each image anew and keeps the shape, also of one image`, () => {
      const one = randomBatch([1, 9, 9, channels]);
      const many = apply(change, repeated(16, one));
      assert.deepEqual(many.shape, [16, 9, 9, channels]);
      const kinds = new Set(Array.from({ length: 16 }, (_, i) => image(many, i).join()));
      assert.ok(kinds.size >= 2, `${kinds.size} different results of 16`);
      assert.deepEqual(apply(change, one).shape, [1, 9, 9, channels]);
    });

    it(`${name} gives a tensor that is not its argument and leaks none`, () => {
      const images = tf.tensor4d(new Float32Array(162 * channels), [2, 9, 9, channels]);
      const { numTensors } = tf.memory();
      const changed = change(images, createRng(1));
      assert.equal(tf.memory().numTensors, numTensors + 1);
      changed.dispose();
      assert.equal(images.isDisposed, false);
      images.dispose();
    });
  }

  for (const [name, change] of Object.entries(anyChannels)) {
    it(`${name} takes 1 and 5 channels and keeps heights far beyond [0,1]`, () => {
      for (const channels of [1, 5]) {
        const batch: Batch = randomBatch([4, 8, 8, channels], -300, 200);
        const changed = apply(change, batch);
        const { mean, deviation } = moments(changed.values);
        assert.ok(changed.values.every(Number.isFinite));
        assert.ok(Math.abs(mean + 50) < 100, `mean ${mean} of heights around -50`);
        assert.ok(
          deviation > 30 && deviation < 300,
          `spread ${deviation} of heights spread by 144`,
        );
      }
    });
  }

  it("colour ones refuse images without red, green and blue, and say what to use", () => {
    for (const change of [augment.colourJitter(), augment.greyscale()]) {
      assert.throws(
        () => apply(change, randomBatch([2, 4, 4, 1])),
        (error: Error) =>
          error instanceof InputError && /1 channels.*Use brightness/.test(error.message),
      );
    }
  });

  it("refuse options out of range with a sentence that names the option", () => {
    const wrong: [string, () => Augmentation][] = [
      ["scale", () => augment.randomResizedCrop({ scale: [0, 1] })],
      ["scale", () => augment.randomResizedCrop({ scale: [0.5, 0.2] })],
      ["ratio", () => augment.randomResizedCrop({ ratio: [-1, 1] })],
      ["size", () => augment.randomResizedCrop({ size: 0 })],
      ["size", () => augment.randomResizedCrop({ size: [8, 2.5] })],
      ["padding", () => augment.randomCrop({ padding: 1.5 })],
      ["horizontal", () => augment.flip({ horizontal: 1.1 })],
      ["vertical", () => augment.flip({ vertical: NaN })],
      ["degrees", () => augment.affine({ degrees: -1 })],
      ["shear", () => augment.affine({ shear: 90 })],
      ["scale", () => augment.affine({ scale: [0, 1] })],
      ["strength", () => augment.brightness({ strength: -0.1 })],
      ["strength", () => augment.contrast({ strength: Infinity })],
      ["range", () => augment.gamma({ range: [0, 1] })],
      ["hue", () => augment.colourJitter({ hue: 0.6 })],
      ["saturation", () => augment.colourJitter({ saturation: -1 })],
      ["probability", () => augment.greyscale({ probability: 2 })],
      ["sigma", () => augment.noise({ sigma: -1 })],
      ["sigma", () => augment.blur({ sigma: [2, 1] })],
      ["size", () => augment.cutout({ size: 0 })],
      ["fill", () => augment.cutout({ fill: NaN })],
      ["probability", () => augment.randomApply({ probability: 1.5, steps: augment.flip() })],
      ["strength", () => augment.photo.views({ strength: -1 })],
      ["channels", () => augment.photo.views({ channels: 0 })],
      ["mirror", () => augment.mild.views({ mirror: "no" as unknown as boolean })],
      ["strength", () => augment.strong.views({ strength: 3 })],
      ["sigam", () => augment.noise({ sigam: 1 } as object)],
      ["turns", () => augment.quarterTurns({ turns: 2 } as never)],
    ];
    for (const [option, make] of wrong) {
      assert.throws(
        make,
        (error: Error) => error instanceof InputError && error.message.includes(option),
        option,
      );
    }
  });

  it("change nothing, bit by bit, where they are told so", () => {
    const batch = randomBatch([3, 7, 7, 3]);
    const idle: Augmentation[] = [
      augment.randomCrop({ padding: 0 }),
      augment.flip({ horizontal: 0 }),
      augment.affine({ probability: 0 }),
      augment.affine({ degrees: 0, translate: 0, scale: [1, 1], shear: 0 }),
      augment.brightness({ probability: 0 }),
      augment.contrast({ probability: 0 }),
      augment.colourJitter({ probability: 0 }),
      augment.greyscale({ probability: 0 }),
      augment.noise({ probability: 0 }),
      augment.blur({ probability: 0 }),
      augment.randomApply({ probability: 0, steps: augment.noise() }),
      augment.compose(),
    ];
    for (const change of idle) {
      assert.deepEqual(apply(change, batch).values, batch.values, change.name);
    }
    const whole = augment.randomResizedCrop({ scale: [1, 1], ratio: [1, 1] });
    // The box of the whole image is reached through float32 corners.
    assert.ok(distance(apply(whole, batch).values, batch.values) < 1e-5);
    assert.ok(distance(apply(augment.gamma({ range: [1, 1] }), batch).values, batch.values) < 1e-6);
  });
});
