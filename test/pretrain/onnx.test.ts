import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { defined, createRng, imageSet, InputError, type ImageSet } from "../../src/core";
import { classify, nets, pretrain } from "../../src";
import type { OnnxOptions } from "../../src/pretrain";
import { assertClose } from "../fixtures/networkParity";

const fixtures = path.join(__dirname, "..", "fixtures");
const model = (name: string): string => path.join(fixtures, "onnxFiles", `${name}.onnx`);
// onnx.reference.ReferenceEvaluator, in onnxFiles.py
const expected = JSON.parse(
  fs.readFileSync(path.join(fixtures, "onnxFiles.json"), "utf8"),
) as Readonly<Record<string, readonly number[]>>;

/** The same numbers as in onnxFiles.py. */
function images(shape: ImageSet["shape"], n = 4, unit = "byte"): ImageSet {
  const count = n * shape[0] * shape[1] * shape[2];
  const pixels = Float32Array.from({ length: count }, (_, k) => Math.sin(k * 0.7) + Math.sin(k * 0.013) * 2); // prettier-ignore
  return imageSet({ name: "waves", pixels, shape, unit });
}

const asTheyAre = { statistics: "stated", mean: [0, 0, 0], std: [1, 1, 1] } as const;

async function embedded(
  options: OnnxOptions,
  set: ImageSet,
  batchSize?: number,
): Promise<Float32Array> {
  const encoder = await pretrain.onnx(options)(set, createRng(1));
  try {
    return await nets.embedImages(encoder, set, defined({ batchSize }));
  } finally {
    encoder.dispose();
  }
}

describe("pretrain/onnx", () => {
  const set = images([16, 16, 3]);

  it("makes the features that ONNX's own evaluator makes", async () => {
    const small = await embedded({ file: model("small"), ...asTheyAre }, set);
    assertClose(small, expected["small"], "features");
    const free = { file: model("free"), size: 16, ...asTheyAre };
    assertClose(await embedded({ ...free, output: "features" }, set), small, "features");
    assertClose(
      await embedded({ ...free, output: "maps" }, set),
      expected["free maps"],
      "features",
    );
    const tokens = { ...free, output: "tokens" };
    assertClose(await embedded(tokens, set), expected["free tokens first"], "features");
    assertClose(await embedded({ ...tokens, pool: "mean" }, set), expected["free tokens mean"], "features"); // prettier-ignore
  });

  it("takes channels last, and three images at once where the file says so", async () => {
    const one = images([16, 16, 1]);
    const options = { file: model("last"), statistics: "stated", mean: [0], std: [1] } as const;
    assertClose(await embedded(options, one), expected["last"], "features");
    assert.deepEqual(await embedded(options, one, 2), await embedded(options, one));
  });

  it("gives the same bytes again, and from a copy that outlives the first", async () => {
    const options = { file: model("small") };
    const first = await embedded(options, set);
    assert.deepEqual(await embedded(options, set), first);
    const encoder = await pretrain.onnx(options)(set, createRng(2));
    const copy = encoder.clone();
    encoder.dispose();
    encoder.dispose();
    assert.deepEqual(await nets.embedImages(copy, set), first);
    copy.dispose();
  });

  it("takes scans of one channel in any unit, into each channel", async () => {
    const scan = images([16, 16, 1], 4, "pm");
    const scaled = imageSet({ ...scan, pixels: scan.pixels.read([0, 1, 2, 3]).map((x) => 7 + 300 * x) }); // prettier-ignore
    const rows = await embedded({ file: model("small") }, scan);
    assertClose(await embedded({ file: model("small") }, scaled), rows, "features");
    const grey = scan.pixels.read([0, 1, 2, 3]);
    const three = Float32Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)]);
    const colour = imageSet({ ...scan, pixels: three, shape: [16, 16, 3] });
    assertClose(await embedded({ file: model("small") }, colour), rows, "features");
  });

  it("brings images to the size of the network", async () => {
    const flat = imageSet({ name: "flat", pixels: new Float32Array(2 * 40 * 30).fill(0.25), shape: [40, 30, 1], unit: "byte" }); // prettier-ignore
    const same = imageSet({ name: "flat", pixels: new Float32Array(2 * 16 * 16).fill(0.25), shape: [16, 16, 1], unit: "byte" }); // prettier-ignore
    const options = { file: model("small"), statistics: "stated" } as const;
    assertClose(await embedded(options, flat), await embedded(options, same), "features");
  });

  it("is known by what the file holds", () => {
    const settings = pretrain.onnx(model("small")).settings;
    const other = path.join(os.tmpdir(), `fewscope-${process.pid}.onnx`);
    fs.copyFileSync(model("small"), other);
    assert.deepEqual(pretrain.onnx(other).settings, settings);
    fs.rmSync(other);
    assert.notDeepEqual(pretrain.onnx(model("free")).settings, settings);
    assert.throws(() => pretrain.onnx(other), InputError);
  });

  for (const [what, options, words] of [
    ["takes no images", { file: model("vectors") }, /rows float32 \[\?,7\].*4 axes/],
    ["takes two inputs", { file: model("two") }, /2 inputs: a float32 .*, b float32/],
    ["takes half precision", { file: model("half") }, /pixels float16 .*Expected float32/],
    ["takes four channels", { file: model("channels") }, /1 or 3 channels/],
    ["leaves its size free", { file: model("free"), output: "maps" }, /size left out .*height is free/], // prettier-ignore
    ["has another size", { file: model("small"), size: 224 }, /size 224 for .* height is 16/],
    ["has several outputs", { file: model("free"), size: 16 }, /output left out .*one of tokens float32 \[\?,\?,8\], features/], // prettier-ignore
    ["has no such output", { file: model("free"), size: 16, output: "pooler" }, /output "pooler" for/], // prettier-ignore
    ["is no ONNX file", { file: __filename }, /no ONNX file, or not a whole one/],
  ] as const) {
    it(`says what is wrong with a file that ${what}`, async () => {
      await assert.rejects(embedded(options, set), (error) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, words);
        return true;
      });
    });
  }

  it("says what is wrong with a part of a file, and with one whose bytes were changed, or runs it", async () => {
    const whole = fs.readFileSync(model("free"));
    const file = path.join(os.tmpdir(), `fewscope-${process.pid}-broken.onnx`);
    const rng = createRng(3);
    try {
      for (let i = 0; i < 60; i++) {
        const bytes = Buffer.from(whole.subarray(0, i < 20 ? Math.floor((whole.length * i) / 20) : whole.length)); // prettier-ignore
        // Not among the weights, where any bytes are numbers.
        if (i >= 20) bytes[rng.integer(400)] = rng.integer(256);
        fs.writeFileSync(file, bytes);
        try {
          await embedded({ file, size: 16, output: "features" }, set);
        } catch (error) {
          assert.ok(error instanceof InputError, `file ${i}: ${String(error)}`);
        }
      }
    } finally {
      fs.rmSync(file);
    }
  });

  it("says what is wrong with images and with what is stated", async () => {
    const file = model("small");
    const two = images([16, 16, 2]);
    await assert.rejects(embedded({ file }, two), /2 channels for a network of 3/);
    const scan = images([16, 16, 1], 4, "pm");
    await assert.rejects(embedded({ file, statistics: "stated" }, scan), /whose unit is pm/);
    assert.throws(() => pretrain.onnx({ file, mean: [0, 0] }), /one number, or three/);
    assert.throws(() => pretrain.onnx({ file, std: [1, 1, 0] }), /one number above 0, or three/);
    assert.throws(() => pretrain.onnx({ file, std: [1] }), /3, as many as of mean/);
    assert.throws(() => pretrain.onnx({ file, size: 0 }), InputError);
    const grey = { file, statistics: "stated", mean: [0.5], std: [0.5] } as const;
    await assert.rejects(embedded(grey, set), /one for each channel/);
  });

  it("cannot be fine-tuned, and says so", async () => {
    const labelled = imageSet({ name: "waves", pixels: set.pixels.read([0, 1, 2, 3]), shape: set.shape, unit: "byte", labels: [0, 1, 0, 1], classNames: ["a", "b"] }); // prettier-ignore
    const encoder = await pretrain.onnx(model("small"))(labelled, createRng(1));
    await assert.rejects(classify.fineTune({ steps: 2 })(encoder, labelled, createRng(1)), InputError); // prettier-ignore
    encoder.dispose();
  });
});
