import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, imageSet, InputError, tf, type ImageSet } from "../../src/core";
import {
  buildNetwork,
  embedImages,
  encoderFrom,
  loadEncoder,
  writeSafetensors,
  type StoredTensor,
} from "../../src/nets";
import { pretrain } from "../../src";
import { assertClose } from "../fixtures/networkParity";

interface Model {
  readonly depth: number;
  readonly dim: number;
  readonly features: readonly number[];
  readonly arrays: readonly (readonly [seed: number, name: string, shape: readonly number[]])[];
}

// torchvision.models.resnet18, resnet34 and resnet50, in torchvisionParity.py
const { models } = JSON.parse(
  fs.readFileSync(path.join(__dirname, "..", "fixtures", "torchvisionParity.json"), "utf8"),
) as { models: readonly Model[] };

/** Uniform in [-1,1): the same hash of each place as in torchvisionParity.py. */
function hashed(seed: number, count: number, change: (value: number) => number): Float32Array {
  const offset = Math.imul(seed, 2654435761);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (i + offset) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    out[i] = change(((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1);
  }
  return out;
}

function weights({ arrays }: Model): Map<string, StoredTensor> {
  return new Map(
    arrays.map(([seed, name, shape]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const scale = Math.sqrt(6 / (shape[1] * (shape[2] ?? 1) * (shape[3] ?? 1)));
      const nearOne = name.endsWith("running_var") || name.endsWith("weight");
      const change = (v: number): number =>
        shape.length === 4 ? v * scale : nearOne ? 1 + 0.2 * v : 0.1 * v;
      return [name, { shape, data: hashed(seed, count, change) }] as const;
    }),
  );
}

function images(shape: ImageSet["shape"], n = 2): ImageSet {
  const pixels = hashed(1000, n * shape[0] * shape[1] * shape[2], (v) => (v + 1) / 2);
  return imageSet({ name: "hashed", pixels, shape, unit: "byte" });
}

describe("nets/torchvision", function () {
  this.timeout(600_000);
  let folder: string;
  const file = (): string => path.join(folder, "weights.safetensors");
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-torchvision-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  for (const model of models) {
    it(`gives torchvision's features: ResNet-${model.depth}`, async () => {
      fs.writeFileSync(file(), writeSafetensors(weights(model)));
      const set = images([48, 40, 3]);
      const encoder = await pretrain.from({ file: file(), statistics: "file" })(set, createRng(1));
      try {
        assert.equal(encoder.dim, model.dim);
        const found = await embedImages(encoder, set);
        const sum = found.reduce((a, b) => a + b, 0);
        const squares = found.reduce((a, b) => a + b * b, 0);
        const summary = [sum, squares, ...found.slice(0, 6), ...found.slice(-6)];
        const size = Math.sqrt(squares / found.length);
        assertClose(summary, model.features, "feature", { absolute: 1e-4 * size });
      } finally {
        encoder.dispose();
      }
    });
  }

  it("takes one and five channels from three-channel weights, with the same features for equal channels", async () => {
    const network = buildNetwork({ resnet: { depth: 10, width: 4 } }, [8, 8, 3], createRng(1));
    const saved = encoderFrom(network);
    await saved.save(file());
    const one = images([8, 8, 1]);
    const pixels = one.pixels.read([0, 1]);
    const repeated = (channels: number): ImageSet =>
      imageSet({
        name: "repeated",
        pixels: Float32Array.from(
          { length: 128 * channels },
          (_, i) => pixels[Math.floor(i / channels)],
        ),
        shape: [8, 8, channels],
        unit: "byte",
      });
    const expected = await embedImages(saved, repeated(3));
    for (const channels of [1, 5]) {
      const set = repeated(channels);
      const encoder = await pretrain.from({ file: file(), statistics: "file" })(set, createRng(1));
      assertClose(await embedImages(encoder, set), expected, `${channels} channels`);
      encoder.dispose();
    }
    const own = await pretrain.from(file())(one, createRng(1));
    const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
    assertClose(own.network?.variables.get("input.mean")?.dataSync() ?? [], [mean], "mean");
    own.dispose();
    saved.dispose();
  });

  it("trains the large stem and the bottleneck blocks", () => {
    const spec = { resnet: { depth: 50, width: 2, stem: "large" } } as const;
    const network = buildNetwork(spec, [24, 24, 1], createRng(1));
    tf.tidy(() => {
      const x = tf.tensor4d(
        hashed(1, 3 * 576, (v) => v),
        [3, 24, 24, 1],
      );
      const { grads } = tf.variableGrads(() => network.apply(x, true).square().sum());
      for (const [name, gradient] of Object.entries(grads))
        assert.ok(gradient.dataSync().every(Number.isFinite), name);
      assert.deepEqual(network.apply(x, false).shape, [3, 64]);
    });
    network.dispose();
  });

  it("says which networks it knows", async () => {
    const [model] = models;
    const cut = new Map(
      Array.from(weights(model)).filter(([name]) => !name.startsWith("layer2.1")),
    );
    fs.writeFileSync(file(), writeSafetensors(cut));
    await assert.rejects(loadEncoder(file()), /ResNet-18, ResNet-34 or ResNet-50/);
    fs.writeFileSync(
      file(),
      writeSafetensors(new Map([["a", { shape: [1], data: new Float32Array(1) }]])),
    );
    await assert.rejects(pretrain.from(file())(images([8, 8, 3]), createRng(1)), InputError);
    assert.throws(() => pretrain.from(`${file()}.no`), InputError);
  });
});
