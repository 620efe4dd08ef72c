import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  imageSet,
  InputError,
  memoryPixels,
  StoppedError,
  tf,
  type Encoder,
  type ImageSet,
  type Variable,
} from "../../src/core";
import {
  buildNetwork,
  embedImages,
  encoderFrom,
  loadEncoder,
  setInputStatistics,
  writeSafetensors,
} from "../../src/nets";
import { assertClose, noise } from "../fixtures/networkParity";

const shape = [8, 8, 2] as const;

function someImages(n = 11): ImageSet {
  return imageSet({ name: "noise", pixels: noise(1, n * 128), shape });
}

function someEncoder(seed = 1): Encoder {
  const network = buildNetwork({ resnet: { depth: 8, width: 3 } }, shape, createRng(seed));
  setInputStatistics(network, someImages());
  // Running statistics that are not where they start.
  tf.dispose(tf.tidy(() => network.apply(tf.tensor4d(noise(2, 512), [4, 8, 8, 2]), true)));
  return encoderFrom(network);
}

describe("nets/encoder", () => {
  let folder: string;
  let encoder: Encoder;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-nets-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("embeds the same after it was saved and read", async () => {
    encoder = someEncoder();
    const file = path.join(folder, "encoder.safetensors");
    await encoder.save(file);
    const back = await loadEncoder(file);
    assert.deepEqual(back.network?.spec, encoder.network?.spec);
    assert.deepEqual(
      await embedImages(back, someImages()),
      await embedImages(encoder, someImages()),
    );
    encoder.dispose();
    back.dispose();
  });

  it("clones with own weights", async () => {
    encoder = someEncoder();
    const copy = encoder.clone();
    const before = await embedImages(copy, someImages());
    assert.deepEqual(before, await embedImages(encoder, someImages()));
    const weight = copy.network?.variables.get("stem.conv.weight") as Variable;
    tf.tidy(() => void weight.assign(weight.mul(2)));
    assert.deepEqual(await embedImages(encoder, someImages()), before);
    encoder.dispose();
    assert.equal((await embedImages(copy, someImages())).length, 11 * 12);
    copy.dispose();
  });

  it("refuses files that are no encoder, or another one's weights", async () => {
    const file = path.join(folder, "file");
    await assert.rejects(loadEncoder(file), /there is no such file/);
    fs.writeFileSync(file, "no encoder at all");
    await assert.rejects(loadEncoder(file), InputError);
    const save = (metadata: Record<string, string>): void =>
      fs.writeFileSync(file, writeSafetensors(new Map(), metadata));
    save({});
    await assert.rejects(loadEncoder(file), /holds no network of ours/);
    save({ encoder: JSON.stringify({ kind: "pixels", shape }) });
    await assert.rejects(loadEncoder(file), /but "pixels"/);
    save({ encoder: JSON.stringify({ kind: "network", resnet: { depth: 8, width: 1 }, shape }) });
    await assert.rejects(loadEncoder(file), /no "input.mean"/);
    save({ encoder: JSON.stringify({ kind: "network", resnet: { depth: 9 }, shape }) });
    await assert.rejects(loadEncoder(file), InputError);
  });
});

describe("nets/embedImages", () => {
  it("does not depend on the size of its batches, nor on the other images", async () => {
    const encoder = someEncoder();
    const whole = await embedImages(encoder, someImages());
    const one = await embedImages(encoder, someImages(), { batchSize: 1 });
    assertClose(one, whole, "embedding", { relative: 1e-6, absolute: 1e-6 });
    encoder.dispose();
  });

  it("reports how far it is, stops when told to, and takes an empty set", async () => {
    const encoder = someEncoder();
    const controller = new AbortController();
    const seen: number[] = [];
    const report = ({ done }: { done: number }): void => {
      seen.push(done);
      if (done === 8) controller.abort();
    };
    await assert.rejects(
      embedImages(encoder, someImages(), {
        batchSize: 4,
        on: { report, signal: controller.signal },
      }),
      StoppedError,
    );
    assert.deepEqual(seen, [4, 8]);
    assert.equal((await embedImages(encoder, someImages(0))).length, 0);
    encoder.dispose();
  });
});

describe("nets/setInputStatistics", () => {
  const statistics = (images: ImageSet): [ArrayLike<number>, ArrayLike<number>] => {
    const network = buildNetwork({ resnet: { depth: 8, width: 1 } }, images.shape, createRng(1));
    try {
      setInputStatistics(network, images);
      const [mean, std] = ["input.mean", "input.std"].map((name) =>
        network.variables.get(name)?.dataSync(),
      ) as [Float32Array, Float32Array];
      return [mean, std];
    } finally {
      network.dispose();
    }
  };

  it("finds the mean and spread of each channel, far from zero too", () => {
    // Channel 0 around 1e4 with spread 1, channel 1 constant, in more values than one chunk.
    const n = 60_000;
    const pixels = new Float32Array(n * 128);
    for (let i = 0; i < pixels.length; i += 2) {
      pixels[i] = 1e4 + (i % 4 === 0 ? 1 : -1);
      pixels[i + 1] = 0.5;
    }
    const [mean, std] = statistics(imageSet({ name: "far", pixels, shape }));
    assertClose(mean, [1e4, 0.5], "mean", { relative: 1e-6 });
    assertClose(std, [1, 1], "std", { relative: 1e-6 });
  });

  it("refuses an empty set, and pixels that are not numbers", () => {
    assert.throws(() => statistics(someImages(0)), /no image in "noise"/);
    const values = noise(1, 256);
    values[3] = NaN;
    assert.throws(
      () =>
        statistics(
          imageSet({ name: "gap", pixels: memoryPixels(values, 128), shape, ids: ["a", "b"] }),
        ),
      /channel 1 of "gap"/,
    );
  });
});
