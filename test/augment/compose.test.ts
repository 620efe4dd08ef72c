import assert from "node:assert/strict";
import { createRng, inPlace, InputError, tf, type Augmentation } from "../../src/core";
import {
  compose,
  flip,
  fromSpec,
  grey,
  noise,
  photo,
  randomApply,
  randomCrop,
  randomResizedCrop,
  stm,
  viewsOption,
  type AugmentationSpec,
} from "../../src/augment";
import { apply, distance, image, moments, randomBatch, repeated } from "./images";

describe("augment/compose", () => {
  it("applies one after the other", () => {
    const batch = randomBatch([4, 6, 6, 1]);
    const change = compose(randomResizedCrop({ size: 9 }), randomCrop({ padding: 2 }));
    assert.deepEqual(apply(change, batch).shape, [4, 9, 9, 1]);
  });

  it("leaves the draws of the others alone when one is added", () => {
    const batch = randomBatch([8, 6, 6, 1]);
    const shifts = randomCrop({ padding: 2 });
    const without = apply(compose(flip(), shifts), batch).values;
    // The added one does nothing to the image, so only changed draws could make a difference.
    const nothing = noise({ sigma: 0 });
    assert.deepEqual(apply(compose(nothing, flip(), shifts), batch).values, without);
    assert.deepEqual(apply(compose(flip(), nothing, shifts), batch).values, without);
  });

  it("changes plain values on one copy with the bits of one step after the other, and not the images themselves", () => {
    const steps = [stm.tilt(), stm.mains(), flip(), stm.scars(), stm.tilt(), stm.noise(), noise()];
    tf.tidy(() => {
      const images = tf.tensor4d(randomBatch([3, 9, 7, 2]).values, [3, 9, 7, 2]);
      const before = [...images.dataSync()];
      const rng = createRng(5);
      const expected = steps.reduce((current, step, i) => {
        const again = steps.slice(0, i).filter(({ name }) => name === step.name).length;
        return step(current, rng.fork("compose").fork(`${step.name} ${again + 1}`));
      }, images);
      const found = compose(...steps)(images, rng);
      assert.deepEqual([...found.dataSync()], [...expected.dataSync()]);
      assert.deepEqual([...images.dataSync()], before);
    });
  });

  it("draws anew for a second one of the same kind", () => {
    const batch = repeated(400, randomBatch([1, 4, 4, 1]));
    const twice = apply(compose(flip(), flip()), batch);
    const same = Array.from({ length: 400 }, (_, i) => i).filter(
      (i) => distance(image(twice, i), image(batch, i)) === 0,
    ).length;
    assert.ok(Math.abs(same - 200) < 50, `${same} of 400 flipped twice or not at all`);
  });

  it("takes an augmentation that the user wrote, even one that gives back its argument", () => {
    const same: Augmentation = (images) => images;
    const double: Augmentation = (images) => tf.mul(images, 2);
    const batch = randomBatch([2, 3, 3, 1]);
    const changed = apply(compose(same, double, same), batch);
    assert.deepEqual(
      changed.values,
      batch.values.map((v) => 2 * v),
    );
    assert.deepEqual(apply(compose(same), batch).values, batch.values);
  });
});

describe("augment/randomApply", () => {
  it("changes the wanted share of images and leaves the others bit by bit", () => {
    const batch = repeated(1000, randomBatch([1, 3, 3, 1]));
    const changed = apply(randomApply({ probability: 0.3, steps: noise({ sigma: 1 }) }), batch);
    const same = Array.from({ length: 1000 }, (_, i) => i).filter(
      (i) => distance(image(changed, i), image(batch, i)) === 0,
    ).length;
    assert.ok(Math.abs(same - 700) < 5 * Math.sqrt(210), `${same} of 1000 unchanged`);
  });

  it("refuses an augmentation that changes the size", () => {
    assert.throws(
      () =>
        apply(
          randomApply({ probability: 0.5, steps: randomResizedCrop({ size: 5 }) }),
          randomBatch([2, 4, 4, 1]),
        ),
      (error: Error) =>
        error instanceof InputError && /randomResizedCrop.*keeps the size/.test(error.message),
    );
  });
});

describe("augment/photo and augment/grey", () => {
  it("photo keeps colours in [0,1] and takes other numbers of channels without colour changes", () => {
    const colour = apply(photo.views(), randomBatch([32, 8, 8, 3]));
    assert.ok(colour.values.every((v) => v >= 0 && v <= 1));
    const heights = apply(photo.views(), randomBatch([32, 8, 8, 1], -300, 200));
    assert.ok(heights.values.some((v) => v < -200));
    assert.deepEqual(
      apply(photo.views({ size: 5 }), randomBatch([2, 8, 8, 3])).shape,
      [2, 5, 5, 3],
    );
  });

  it("photo greys a fifth of the images", () => {
    const views = apply(photo.views(), repeated(500, randomBatch([1, 6, 6, 3])));
    const grey = Array.from({ length: 500 }, (_, i) => image(views, i)).filter((one) =>
      one.every((v, k) => Math.abs(v - one[k - (k % 3)]) < 1e-6),
    ).length;
    assert.ok(Math.abs(grey - 100) < 5 * Math.sqrt(80), `${grey} of 500 grey`);
  });

  it("grey never turns heights upside down and keeps their spread in proportion", () => {
    const batch = randomBatch([200, 12, 12, 1], -300, 200);
    const views = apply(grey.views({ scale: [1, 1], noise: 0, blur: 0 }), batch);
    for (let i = 0; i < 200; i++) {
      const ratio = moments(image(views, i)).deviation / moments(image(batch, i)).deviation;
      // Bilinear resampling of noise alone takes off up to half of its spread.
      assert.ok(ratio > 0.3 && ratio < 1.31, `${ratio}`);
    }
  });
});

describe("augment/fromSpec", () => {
  it("makes what the factories make", () => {
    const batch = randomBatch([6, 8, 8, 1]);
    const steps = [{ randomResizedCrop: { scale: [0.2, 1] } }, { flip: { horizontal: 0.5 } }];
    const pairs: [AugmentationSpec, Augmentation][] = [
      [steps, compose(randomResizedCrop({ scale: [0.2, 1] }), flip({ horizontal: 0.5 }))],
      ["photo", photo.views()],
      ["grey", grey.views()],
      [{ grey: { turns: true } }, grey.views({ turns: true })],
      [
        { randomApply: { probability: 0.5, steps: [{ noise: { sigma: 1 } }] } },
        randomApply({ probability: 0.5, steps: compose(noise({ sigma: 1 })) }),
      ],
    ];
    for (const [spec, expected] of pairs) {
      const rng = createRng(2);
      assert.deepEqual(apply(fromSpec(spec), batch, rng), apply(expected, batch, rng));
    }
  });

  it("refuses unknown names and options with the nearest known one", () => {
    const wrong: [unknown, RegExp][] = [
      [[{ flop: {} }], /augmentation\[0\] "flop".*Did you mean "flip"/],
      ["Photo", /Did you mean "photo"/],
      [[{ flip: { horizontl: 0.5 } }], /flip.*horizontl.*Did you mean "horizontal"/],
      [[{ quarterTurns: { n: 4 } }], /quarterTurns.*no options/],
      [[{ flip: { horizontal: 3 } }], /horizontal 3/],
      [[{ noise: { sigma: "much" } }], /sigma "much"/],
      [[{ randomCrop: { mode: 3 } }], /mode 3.*one of reflect, zero/],
      [[{ randomResizedCrop: { size: {} } }], /size/],
      [[{ noise: { absolute: "yes" } }], /absolute "yes".*true or false/],
      [{ photo: { blur: 1 } }, /blur 1/],
      [[], /names are photo,/],
      [[{ flip: {}, noise: {} }], /one name each/],
      [[{ flip: 0.5 }], /one name each/],
      [[["flip"]], /one name each/],
      [null, /augmentation null/],
      [undefined, /augmentation undefined/],
      [3, /augmentation 3/],
      [{ randomApply: { probability: 0.5 } }, /no augmentation\.randomApply\.steps/],
      [{ __proto__: null, toString: {} }, /augmentation "toString"/],
    ];
    for (const [spec, message] of wrong) {
      assert.throws(
        () => fromSpec(spec),
        (error: Error) => error instanceof InputError && message.test(error.message),
        JSON.stringify(spec),
      );
    }
  });

  it("tells the place of a mistake, in a list, in steps within steps, and in what holds it", () => {
    const wrong: [unknown, string][] = [
      [[{ flip: {} }, { flip: { horizontal: 2 } }], "views[1].flip.horizontal 2"],
      [{ "stm.scars": { most: -1 } }, "views.stm.scars.most -1"],
      [[{ flop: {} }], 'views[0] "flop"'],
      [[{ flip: {} }, { flip: 0.5 }], 'views[1] {"flip":0.5}'],
      ["Photo", 'views "Photo"'],
      [
        { randomApply: { probability: 1, steps: [{ noise: { sigma: [2, 1] } }] } },
        "views.randomApply.steps[0].noise.sigma [2,1]",
      ],
      [
        { compose: { steps: [{ compose: { steps: [{ photo: { size: 0 } }] } }] } },
        "views.compose.steps[0].compose.steps[0].photo.size 0",
      ],
      [{ compose: { steps: "flip" } }, 'views.compose.steps "flip"'],
      [
        { "stm.latticeTurns": { surface: "TiO2(110)-1x1", quarter: true } },
        "views.stm.latticeTurns.quarter true",
      ],
    ];
    const views = viewsOption();
    for (const [spec, place] of wrong) {
      const alone = (error: Error): boolean => error.message.startsWith(`Got ${place}`);
      assert.throws(() => views.parse?.("views", spec), alone, place);
      const within = (error: Error): boolean =>
        error.message.startsWith(`Got methods[3].pretrain.simclr.${place}`);
      const inPlan = (): unknown =>
        inPlace("methods[3].pretrain.simclr", () => views.parse?.("views", spec));
      assert.throws(inPlan, within, place);
    }
  });
});
