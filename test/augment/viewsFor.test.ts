import assert from "node:assert/strict";
import { createRng, type AboutImages, type Augmentation, type ImageSet } from "../../src/core";
import {
  applyTo,
  compose,
  flip,
  fromSpec,
  grey,
  mild,
  photo,
  randomApply,
  stm,
  viewsFor,
} from "../../src/augment";
import { augment, catalog, classify, pretrain } from "../../src";
import { stripes } from "../study/fixtures";
import { apply, image, randomBatch, repeated } from "./images";

/** Nothing but the mirrors and turns of ready views. */
const still: Readonly<Record<string, Augmentation>> = {
  photo: photo.views({ strength: 0 }),
  grey: grey.views({ scale: [1, 1], contrast: 0, brightness: 0, noise: 0, blur: 0 }),
  stm: stm.views({ strength: 0 }),
  mild: mild.views(),
};

/** A batch whose four corners differ, many times. */
const corners = repeated(120, {
  shape: [1, 8, 8, 1],
  values: Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 2) + (i < 32 ? 0 : 4)),
});

/** Which of mirrors and turns the views show: where the lowest corner of each image comes to lie. */
function places(views: Augmentation): string {
  const seen = apply(views, corners, createRng(7));
  const found = new Set<string>();
  for (let i = 0; i < 120; i++) {
    const values = image(seen, i);
    const quarters = [9, 14, 49, 54].map((at) => values[at]);
    const order = quarters.map((value) => quarters.filter((other) => other < value - 0.5).length);
    found.add(order.join(""));
  }
  return [...found].sort().join(" ");
}

describe("augment/viewsFor", () => {
  const plain = "0123";
  const [acrossOnly, both, all] = [
    "0123 1032",
    "0123 1032 2301 3210",
    "0123 0213 1032 1302 2031 2301 3120 3210",
  ];
  const cases: readonly (readonly [AboutImages["keepsClass"], Readonly<Record<string, string>>])[] =
    [
      [undefined, { grey: plain, stm: plain }],
      [["mirrorX"], { grey: acrossOnly, stm: acrossOnly }],
      [["mirrorX", "mirrorY"], { grey: both, stm: both }],
      [["halfTurn"], { grey: plain, stm: "0123 3210" }],
      // The fast axis of a scan is never turned away.
      [["mirrorX", "quarterTurns"], { grey: all, stm: both }],
    ];
  for (const [keepsClass = [], expected] of cases) {
    it(`mirrors and turns only what keeps classes: ${keepsClass.join(" and ") || "nothing"}`, () => {
      for (const [name, seen] of Object.entries(expected))
        assert.equal(places(viewsFor(still[name], { keepsClass })), seen, name);
    });
  }

  it("mirrors neither photographs nor mild views unless the set says so", () => {
    for (const name of ["photo", "mild"]) {
      const kinds = (about: AboutImages): number => {
        const seen = apply(viewsFor(still[name], about), corners);
        const right = Array.from({ length: 120 }, (_, i) => {
          const values = image(seen, i);
          return values[27] <= values[28] && values[26] <= values[29];
        });
        return right.filter(Boolean).length;
      };
      assert.equal(kinds({}), 120, name);
      assert.equal(kinds({ keepsClass: ["mirrorY"] }), 120, name);
      const half = kinds({ keepsClass: ["mirrorX"] });
      assert.ok(half > 30 && half < 110, `${name}: ${half}`);
    }
  });

  it("lets an option overrule the set, and a surface", () => {
    const about = { keepsClass: ["mirrorX", "mirrorY", "quarterTurns"] } as const;
    const given = { scale: [1, 1], contrast: 0, brightness: 0, noise: 0, blur: 0 } as const;
    assert.equal(places(viewsFor(grey.views({ ...given, mirror: false, turns: false }), about)), plain); // prettier-ignore
    assert.equal(places(viewsFor(grey.views({ ...given, mirror: true }), {})), both);
    const surface = "TiO2(110)-1x1";
    assert.equal(places(viewsFor(stm.views({ strength: 0, surface }), {})), both);
  });

  it("leaves images that are not square unturned, where nobody asks for it", () => {
    const about = { keepsClass: ["quarterTurns"], shape: [4, 6, 1] } as const;
    assert.equal(apply(viewsFor(grey.views(), about), randomBatch([3, 4, 6, 1])).shape[1], 4);
  });

  it("is passed on by what holds other augmentations, with the same settings", () => {
    const about = { keepsClass: ["mirrorX"] } as const;
    const spec = [{ randomApply: { probability: 1, steps: "grey" } }, { mild: {} }];
    for (const views of [fromSpec(spec), compose(mild.views(), flip()), ...Object.values(still)])
      assert.deepEqual(viewsFor(views, about).settings, views.settings);
    const nested = compose(randomApply({ probability: 1, steps: compose(still.grey) }));
    assert.equal(places(nested), plain);
    assert.equal(places(viewsFor(nested, about)), acrossOnly);
    assert.equal(flip().forSet, undefined);
    assert.equal(compose(flip()).forSet, undefined);
  });

  it("takes lengths from the set's pixels", () => {
    const steps = stm.steps({}, { nmPerPixel: 0.05 });
    assert.deepEqual(steps.driftWarp?.settings?.["nmPerPixel"], 0.05);
    assert.deepEqual(stm.steps({}).driftWarp?.settings?.["nmPerPixel"], 0.12);
    const given = stm.steps({ nmPerPixel: 0.2 }, { nmPerPixel: 0.05 });
    assert.deepEqual(given.driftWarp?.settings?.["nmPerPixel"], 0.2);
  });

  it("is what every training sees: the same set with and without mirrors gives other networks", async () => {
    const images = stripes({ perClass: 6, size: 8 });
    const mirrored: ImageSet = { ...images, keepsClass: ["mirrorX", "mirrorY"] };
    const encoder = { resnet: { depth: 8, width: 2 } } as const;
    const start = await pretrain.none({ encoder })(images, createRng(1));
    const methods = {
      fineTune: classify.fineTune({ steps: 3 }),
      supCon: classify.supCon({ steps: 3 }),
      fixMatch: classify.fixMatch({ steps: 3, batchSize: 6 }),
    };
    for (const [name, method] of Object.entries(methods)) {
      const told = async (set: ImageSet): Promise<Float32Array> => {
        const made = await method(start, set, createRng(1));
        const predicted = await made.predict(images);
        made.dispose();
        return predicted;
      };
      assert.notDeepEqual(await told(images), await told(mirrored), name);
    }
    start.dispose();
    for (const views of [augment.photo.views(), augment.grey.views()]) {
      const weights = async (set: ImageSet): Promise<Float32Array> => {
        const made = await pretrain.simclr({ encoder, views, epochs: 1 })(set, createRng(1));
        const found = made.network?.variables.get("stem.conv.weight")?.dataSync<"float32">().slice(); // prettier-ignore
        made.dispose();
        return found ?? new Float32Array();
      };
      assert.notDeepEqual(await weights(images), await weights(mirrored));
    }
  });

  it("shows views as the set's training sees them, and the set stays what it is", async () => {
    const set: ImageSet = { ...stripes({ perClass: 2, size: 8 }), keepsClass: ["mirrorX"] };
    const shown = await applyTo(set, grey.views(), createRng(1));
    const asked = await applyTo(set, viewsFor(grey.views(), set), createRng(1));
    const all = Int32Array.from(set.ids.keys());
    assert.deepEqual(shown.pixels.read(all), asked.pixels.read(all));
    assert.deepEqual(shown.keepsClass, ["mirrorX"]);
  });

  it("knows the symmetries of the catalog's own simulated sets", () => {
    const kept = Object.fromEntries(
      catalog.list().map(({ name, card }) => [name, card.keepsClass]),
    );
    assert.deepEqual(kept["stm-simulated-small"], ["mirrorX", "mirrorY", "quarterTurns"]);
    // TiO2(110) forbids quarter turns.
    assert.deepEqual(kept["stm-simulated"], ["mirrorX", "mirrorY"]);
    assert.deepEqual(kept["mnist"], []);
    assert.deepEqual(kept["cifar-10"], ["mirrorX"]);
  });
});
