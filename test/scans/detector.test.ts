import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, InputError, StoppedError } from "../../src/core";
import * as scans from "../../src/scans";
import { asRelief } from "../../src/scans/detector/calibrate";
import { shippedDetector } from "../../src/scans/detector/detector";
import { askNetwork } from "../../src/scans/detector/detectorNetwork";
import { crystalExample, textureExample, truthOf } from "../../src/scans/detector/example";
import type { SearchRelief } from "../../src/scans/searchRelief";

const folder = path.join(__dirname, "..", "..", "datasets", "detector");

describe("scans/detector", () => {
  it("comes with the weights that its page describes", () => {
    const sum = createHash("sha256").update(fs.readFileSync(path.join(folder, "defects.safetensors"))).digest("hex"); // prettier-ignore
    assert.match(fs.readFileSync(path.join(folder, "README.md"), "utf8"), new RegExp(sum));
  });

  it("learns: after some steps defects answer higher than the rest, on textures it never saw", async () => {
    const made = await scans.trainDetector({ steps: 90, textures: 16, crystals: 2, calibration: 2 }); // prettier-ignore
    let [on, off] = [0, 0];
    for (const seed of [41, 42, 43, 44]) {
      const example = textureExample(seed);
      const { logit } = askNetwork(made.network, asRelief(example));
      const mean = (wanted: number): number => {
        const own = logit.filter((_, i) => example.truth[i] === wanted);
        return own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length);
      };
      on += mean(1);
      off += mean(0);
    }
    assert.ok(on > off + 1, `${on} on defects, ${off} beside`);
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-detector-")), "own.safetensors"); // prettier-ignore
    scans.saveDetector(made, file);
    const read = scans.loadDetector(file);
    assert.deepEqual(read.calibration, made.calibration);
    assert.deepEqual(read.madeWith, { seed: "1", steps: "90", textures: "16", crystals: "2", calibration: "2" }); // prettier-ignore
    for (const [name, { data }] of made.network.weights)
      assert.deepEqual(read.network.weights.get(name)?.data, data);
  });

  it("gives the same weights for the same seed, and hears a stop", async () => {
    const options = { steps: 2, textures: 2, crystals: 0, calibration: 1 };
    const [one, same, other] = [await scans.trainDetector(options), await scans.trainDetector(options), await scans.trainDetector({ ...options, seed: 2 })]; // prettier-ignore
    assert.deepEqual(one, same);
    assert.notDeepEqual(one.network.weights, other.network.weights);
    await assert.rejects(
      scans.trainDetector(options, { signal: AbortSignal.abort() }),
      StoppedError,
    );
    await assert.rejects(scans.trainDetector({ steps: 0 }), InputError);
  });

  it("says the same of a place wherever pieces of a scan are cut", () => {
    const rng = createRng(1);
    const [width, height] = [300, 120];
    const field = (from: number, columns: number): SearchRelief => ({
      data: Float32Array.from({ length: columns * height }, (_, i) => noise[Math.floor(i / columns) * width + from + (i % columns)]), // prettier-ignore
      jumps: new Float32Array(columns * height),
      known: new Uint8Array(columns * height).fill(1),
      width: columns,
      height,
      sigma: 1,
      nm: 0.1,
      factors: [1, 1],
    });
    const noise = Float32Array.from({ length: width * height }, () => 2 * rng.normal());
    const { network } = shippedDetector();
    // The whole is cut at 256 pixels, the part is not.
    const [whole, part] = [
      askNetwork(network, field(0, 300)),
      askNetwork(network, field(160, 140)),
    ];
    for (let y = 0; y < height; y += 3)
      for (let x = 200; x < 290; x++) {
        const [a, b] = [whole.logit[y * width + x], part.logit[y * 140 + x - 160]];
        assert.ok(Math.abs(a - b) < 0.02, `${a} and ${b} at ${x}, ${y}`);
      }
  });

  it("learns from pictures whose truth is what the defects do", () => {
    for (const example of [textureExample(5), crystalExample(8)]) {
      for (const field of [example.relief, example.jumps, example.difference])
        assert.ok(field.every(Number.isFinite));
      const marked = example.difference.filter((_, i) => example.truth[i] === 1);
      assert.ok(marked.length > 0 && marked.every((value) => Math.abs(value) > 0.25));
    }
    const bump = Float32Array.from({ length: 900 }, (_, i) => 4 * Math.exp(-(((i % 30) - 15) ** 2 + (Math.floor(i / 30) - 15) ** 2) / 18)); // prettier-ignore
    const truth = truthOf(bump, 30, 5);
    // 36 % of the height lie at 4.3 pixels of a Gaussian of 3.
    assert.ok(truth[15 * 30 + 19] === 1 && truth[15 * 30 + 20] === 0);
  });

  it("says what is wrong with a file", () => {
    assert.throws(() => scans.loadDetector(path.join(folder, "none.safetensors")), /no such file/);
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-detector-")), "x");
    fs.writeFileSync(file, fs.readFileSync(path.join(folder, "defects.safetensors")).subarray(0, 99)); // prettier-ignore
    assert.throws(() => scans.loadDetector(file), InputError);
    const { network, madeWith } = shippedDetector();
    scans.saveDetector({ network, calibration: [1], madeWith }, file);
    assert.throws(() => scans.loadDetector(file), /is no detector/);
  });
});
