import assert from "node:assert/strict";
import { createRng, InputError, tf, valuesOf, type Tensor4D } from "../../src/core";
import { buildNetwork, networkMaps, type EncoderSpec } from "../../src/nets";

const specs: readonly EncoderSpec[] = [
  { resnet: { depth: 8, width: 4 } },
  { resnet: { depth: 10, width: 4, stem: "large" } },
  { resnet: { depth: 50, width: 8 } },
  { conv4: { width: 4, pool: "average" } },
  { conv4: { width: 4 } },
];

/** Noise with a bright dot. [1,64,64,1] */
function dot(x: number, y: number): Tensor4D {
  const values = new Float32Array(64 * 64);
  values[y * 64 + x] = 1;
  return tf.tensor4d(values, [1, 64, 64, 1]);
}

describe("nets/networkMaps", () => {
  for (const spec of specs) {
    const name = JSON.stringify(spec);
    it(`gives the embedding from every map of ${name}`, () => {
      const network = buildNetwork(spec, [64, 64, 1], createRng(1));
      const maps = networkMaps(network);
      const images = tf.tidy(() =>
        tf.randomNormal([2, 64, 64, 1], 0, 1, "float32", 5).as4D(2, 64, 64, 1),
      );
      const whole = valuesOf(() => network.apply(images, false));
      maps.stages.forEach((_, stage) => {
        const parts = valuesOf(() => maps.from(maps.upTo(images, stage), stage));
        parts.forEach((value, i) => assert.ok(Math.abs(value - whole[i]) < 1e-5));
      });
      images.dispose();
      network.dispose();
    });

    it(`says where cells of ${name} lie and how far they see`, () => {
      const network = buildNetwork(spec, [64, 64, 1], createRng(2));
      const maps = networkMaps(network);
      maps.stages.forEach(({ stride, offset, field }, stage) => {
        // What a dot changes is centred on the cell that lies over it, within its field.
        const u = Math.floor(32 / stride);
        const middle = stride * u + offset;
        const [h, w] = tf.tidy(() => maps.upTo(dot(0, 0), stage).shape.slice(1, 3));
        assert.equal(h, w);
        const sees = (x: number): boolean => {
          const changed = valuesOf(() => {
            const base = maps.upTo(tf.zeros([1, 64, 64, 1]).as4D(1, 64, 64, 1), stage);
            return maps
              .upTo(dot(x, Math.round(middle)), stage)
              .sub(base)
              .abs()
              .max(3);
          });
          return changed[u * w + u] > 0;
        };
        // Dots just outside the field are never seen.
        for (const x of [middle - field / 2 - 0.5, middle + field / 2 + 0.5].map(Math.round))
          if (x >= 0 && x < 64) assert.equal(sees(x), false, `${stage}: ${x}`);
        const inside = [middle - field / 2 + 0.5, middle + field / 2 - 0.5];
        if (stage === 0)
          for (const x of inside)
            if (x >= 0 && x < 64) assert.equal(sees(x), true, `${stage}: ${x}`);
      });
      network.dispose();
    });
  }

  it("knows the geometry of the small ResNet-8 and of Conv-4", () => {
    const last = (spec: EncoderSpec): object | undefined => {
      const network = buildNetwork(spec, [32, 32, 1], createRng(1));
      const found = networkMaps(network).stages.at(-1);
      network.dispose();
      return found;
    };
    assert.deepEqual(last(specs[0]), { name: "stage3.0", stride: 4, offset: 0, field: 25 });
    assert.deepEqual(last(specs[3]), { name: "block4", stride: 16, offset: 7.5, field: 46 });
    const eighteen = last({ resnet: { depth: 18, width: 2 } });
    assert.deepEqual(eighteen, { name: "stage4.1", stride: 8, offset: 0, field: 109 });
  });

  it("refuses an encoder without a network", () => {
    assert.throws(() => networkMaps(undefined), InputError);
  });
});
