import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  imageSet,
  InputError,
  StoppedError,
  subset,
  type ImageSet,
  type Pretrain,
  type Progress,
} from "../../src/core";
import { nets, pretrain, study } from "../../src";
import { makeSmall } from "../study/everyMethod";
import { stripes } from "../study/fixtures";

const images = stripes({ perClass: 16, size: 8 });
/** Every self-supervised method, in a size that takes a moment. */
const methods = Object.fromEntries(
  study.selfSupervised.map((name) => [
    name,
    (options: object = {}): Pretrain => makeSmall<Pretrain>(study.pretrainings[name], {}, options),
  ]),
);

async function embeddings(
  method: Pretrain,
  set: ImageSet = images,
  seed = 1,
  on?: Progress,
): Promise<Float32Array> {
  const made = await method(set, createRng(seed), on);
  try {
    return await nets.embedImages(made, set);
  } finally {
    made.dispose();
  }
}

describe("pretrain/methods", function () {
  this.timeout(600_000);
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-pretrain-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  for (const [name, method] of Object.entries(methods)) {
    it(`gives the same bytes for the same seed, and after it was stopped: ${name}`, async () => {
      const first = await embeddings(method());
      assert.ok(first.every(Number.isFinite));
      assert.notDeepEqual(await embeddings(method(), images, 2), first);
      const checkpoint = path.join(folder, "checkpoint");
      const controller = new AbortController();
      const stopped = embeddings(method(), images, 1, {
        checkpoint,
        checkpointSeconds: 0,
        signal: controller.signal,
        report: ({ done, unit }) => void (unit === "step" && done === 3 && controller.abort()),
      });
      await assert.rejects(stopped, StoppedError);
      const seen: number[] = [];
      const resumed = await embeddings(method(), images, 1, {
        checkpoint,
        report: ({ done }) => seen.push(done),
      });
      assert.deepEqual(seen, [4, 5, 6]);
      assert.deepEqual(resumed, first);
    });

    it(`says what is wrong with its input: ${name}`, async () => {
      await assert.rejects(embeddings(method(), subset(images, [0])), /at least two/);
      const pixels = images.pixels.read(images.labels.map((_, i) => i));
      pixels[100] = NaN;
      const holey = imageSet({ ...images, pixels });
      await assert.rejects(embeddings(method(), holey), /not finite numbers/);
      // So far that what the network gives is no longer a number.
      const wild = method({ learningRate: 1e30, epochs: 8 });
      await assert.rejects(embeddings(wild), /loss of (NaN|-?Infinity) at step \d+ of/);
      assert.throws(() => method({ epochs: 0 }), InputError);
      assert.throws(() => method({ batchSize: 1 }), InputError);
    });
  }

  it("takes all images in one step where a batch is larger than the set", async () => {
    for (const [name, method] of Object.entries(methods)) {
      const few = subset(images, [0, 1, 2, 3, 4]);
      const found = await embeddings(method({ batchSize: 64 }), few);
      assert.ok(found.every(Number.isFinite), name);
    }
  });

  it("takes images with three channels that are not square, but for rotation", async () => {
    const pixels = Float32Array.from({ length: 6 * 8 * 10 * 3 }, (_, i) => (i % 11) / 11);
    const set = imageSet({
      name: "wide",
      pixels,
      shape: [8, 10, 3],
      labels: new Int32Array(6),
      classNames: ["a"],
      unit: "byte",
    });
    for (const [name, method] of Object.entries(methods)) {
      const run = embeddings(method({ batchSize: 4, epochs: 1 }), set);
      if (name === "rotation") await assert.rejects(run, /images of 8x10 pixels to turn/);
      else assert.ok((await run).every(Number.isFinite), name);
    }
  });

  it("lowers the loss of the methods whose target stands still", async () => {
    const rates: Readonly<Record<string, object>> = {
      // What each compares changes along with the network, so only these have a loss that must fall.
      simclr: { learningRate: 0.2 },
      simSiam: {},
      barlowTwins: {},
      vicreg: {},
      rotation: {},
      denoisingAutoencoder: {},
    };
    for (const [name, options] of Object.entries(rates)) {
      let losses = new Float32Array();
      const keep = (what: string, values: Float32Array): void => {
        if (what === "loss") losses = values.slice();
      };
      await embeddings(methods[name]({ epochs: 12, ...options }), images, 1, { keep });
      const mean = (v: Float32Array): number => v.reduce((a, b) => a + b, 0) / v.length;
      assert.equal(losses.length, 36);
      assert.ok(mean(losses.subarray(24)) < mean(losses.subarray(0, 12)), name);
    }
  });

  it("takes MoCo's and DINO's own options", async () => {
    for (const options of [{ symmetric: false }, { groups: 1 }, { queueSize: 100 }])
      assert.ok(
        (await embeddings(methods["moco"]({ epochs: 1, ...options }))).every(Number.isFinite),
      );
    assert.throws(() => pretrain.moco({ momentum: 1.1 }), InputError);
    assert.throws(() => pretrain.moco({ queueSize: 0 }), InputError);
    assert.throws(() => pretrain.byol({ momentum: -1 }), InputError);
    assert.throws(() => pretrain.dino({ teacherTemperature: 0 }), InputError);
    assert.throws(() => pretrain.vicreg({ invariance: -1 }), InputError);
    assert.throws(() => pretrain.barlowTwins({ lambda: -1 }), InputError);
    assert.throws(() => pretrain.simSiam({ bottleneck: 0 }), InputError);
    assert.throws(() => pretrain.denoisingAutoencoder({ mask: 1 }), InputError);
  });
});
