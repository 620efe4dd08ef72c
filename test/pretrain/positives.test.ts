import assert from "node:assert/strict";
import { createRng, imageSet, type ImageSet, type Tensor4D } from "../../src/core";
import { nets, pretrain } from "../../src";

const size = 8;
const places = 12;

/** Trace and retrace of places: all pixels of a place have its number, plus 0.25 in the retrace. */
function traceAndRetrace({ windows = true, alone = 0 } = {}): ImageSet {
  const count = 2 * places - alone;
  const all = Array.from({ length: count }, (_, i) => i);
  const level = (i: number): number => (i < places ? i : i - places + 0.25);
  return imageSet({
    name: "pairs",
    pixels: Float32Array.from({ length: count * size * size }, (_, p) =>
      level(Math.floor(p / (size * size))),
    ),
    shape: [size, size, 1],
    labels: all.map(() => -1),
    classNames: [],
    ids: all.map((i) => `image ${i}`),
    groups: all.map(() => "scan"),
    unit: "pm",
    ...(windows ? { windows: all.map((i) => ({ x: 10 * (i % places), y: 3, size })) } : {}),
  });
}

const small = { encoder: { resnet: { depth: 8, width: 2 } }, epochs: 3, batchSize: 4 } as const;

/** The mean of each view that the method took, as pairs. */
async function viewsOf(images: ImageSet, pairs: "none" | "windows"): Promise<[number, number][]> {
  const seen: [number, number][] = [];
  const views = (both: Tensor4D): Tensor4D => {
    const means = both.mean([1, 2, 3]).dataSync();
    const half = means.length / 2;
    for (let i = 0; i < half; i++) seen.push([means[i], means[half + i]]);
    return both;
  };
  const encoder = await pretrain.simclr({ ...small, views, pairs })(images, createRng(1));
  encoder.dispose();
  return seen;
}

describe("pretrain/positives", () => {
  it("takes two measurements of one place as the two views, each place once an epoch", async () => {
    const seen = await viewsOf(traceAndRetrace(), "windows");
    assert.equal(seen.length, 3 * places);
    for (const [a, b] of seen) assert.equal(Math.abs(a - b), 0.25);
    for (let epoch = 0; epoch < 3; epoch++) {
      const of = seen.slice(epoch * places, (epoch + 1) * places).map(([a]) => Math.floor(a));
      assert.deepEqual(new Set(of).size, places);
    }
    assert.ok(seen.some(([a]) => a % 1 === 0) && seen.some(([a]) => a % 1 === 0.25), "both ways");
  });

  it("takes a place that was measured once twice", async () => {
    const seen = await viewsOf(traceAndRetrace({ alone: 4 }), "windows");
    const alone = seen.filter(([a, b]) => a === b).map(([a]) => a);
    assert.deepEqual([...new Set(alone)].sort(), [10, 11, 8, 9]);
  });

  it("changes nothing where it is not asked for", async () => {
    const seen = await viewsOf(traceAndRetrace(), "none");
    for (const [a, b] of seen) assert.equal(a, b);
    const plain = await pretrain.simclr(small)(traceAndRetrace({ windows: false }), createRng(1));
    const told = await pretrain.simclr({ ...small, pairs: "none" })(
      traceAndRetrace(),
      createRng(1),
    );
    try {
      const images = traceAndRetrace();
      assert.deepEqual(await nets.embedImages(plain, images), await nets.embedImages(told, images));
    } finally {
      plain.dispose();
      told.dispose();
    }
  });

  it("says what is missing where there are no pairs", async () => {
    const method = pretrain.byol({ ...small, pairs: "windows" });
    await assert.rejects(
      method(traceAndRetrace({ windows: false }), createRng(1)),
      /where they were cut/,
    );
    await assert.rejects(
      method(traceAndRetrace({ alone: places }), createRng(1)),
      /12 images of 12 places.*trace and retrace/s,
    );
  });
});
