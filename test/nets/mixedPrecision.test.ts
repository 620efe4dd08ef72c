import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { hasBrainFloats } from "../../src/core";
import type { Pass } from "./mixedPasses";

const script = path.join(__dirname, "mixedPasses.ts");

/** Whether the processor gains by products of brain floats; where it does not, maps alone have them. */
type Processor = "gains" | "loses";

/** What a process tells in 32 bits, or with mixed precision as on such a processor. */
async function passes(fused: "on" | "off", mixedOn?: Processor): Promise<string> {
  const env = {
    ...process.env,
    FEWSCOPE_PRECISION: mixedOn === undefined ? "single" : "mixed",
    FEWSCOPE_FUSED: fused,
    TF_NUM_INTRAOP_THREADS: "2",
  };
  const words = ["--import", "tsx", script, ...(mixedOn === undefined ? [] : [mixedOn])];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env, maxBuffer: 2 ** 28 }); // prettier-ignore
  return stdout;
}

const length = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** How far values lie from others, as a share of their length. */
const distance = (from: readonly number[], to: readonly number[]): number =>
  length(from.map((value, i) => value - to[i])) / length(from);

/*
 * A brain float is off by at most 2^-8 of itself, 0.002 on average. Where a map goes through ReLU, signs of values near zero change too. The gradients of a whole
 * network differ more: those of PyTorch under autocast (2.9, the same networks and task) by 0.30 in the median for ResNet-18 of width 8, 0.32 for
 * width 16, and by 1.1 for such a ResNet-50 of width 8 (its outputs by 0.27), of which they say nothing any more.
 */
const bounds: Readonly<Record<string, { outputs: number; gradients?: number }>> = {
  "convolution, 3x3": { outputs: 0.005, gradients: 0.005 },
  "convolution, 3x3, stride 2": { outputs: 0.005, gradients: 0.005 },
  "unit, 8 channels": { outputs: 0.005, gradients: 0.06 },
  "unit, 32 channels": { outputs: 0.005, gradients: 0.06 },
  "ResNet-18, width 8": { outputs: 0.015, gradients: 0.35 },
  "ResNet-18, width 16, an odd batch": { outputs: 0.015, gradients: 0.35 },
  "ResNet-50, large stem": { outputs: 0.35 },
  conv4: { outputs: 0.015, gradients: 0.35 },
  unet: { outputs: 0.03, gradients: 0.35 },
};

/** What is no map between layers, or none that our own kernels make, has brain floats only to be multiplied. */
const unrounded = ["convolution, 3x3", "convolution, 3x3, stride 2", "unit, 32 channels"];

const ways = [
  ["on", "gains"],
  ["off", "gains"],
  ["on", "loses"],
] as const;

for (const [fused, processor] of ways) {
  describe(`nets/mixedPrecision, own kernels ${fused}, where the processor ${processor} by products of brain floats`, function () {
    this.timeout(300_000);
    let single: Record<string, Pass> = {};
    let mixed: Record<string, Pass> = {};
    let again = "";
    before(async function () {
      if (!hasBrainFloats()) return this.skip();
      single = JSON.parse(await passes(fused)) as typeof single;
      again = await passes(fused, processor);
      mixed = JSON.parse(again) as typeof mixed;
    });

    const same = processor === "loses" ? unrounded : [];
    if (same.length > 0) {
      it("gives the very bits of 32 bits where it makes no map of brain floats", () => {
        for (const name of same) assert.deepEqual(mixed[name], single[name]);
      });
    }
    const rounded = Object.entries(bounds).filter(([name]) => !same.includes(name));
    for (const [name, { outputs, gradients }] of rounded) {
      it(`gives what 32 bits give, but for the rounding: ${name}`, () => {
        for (const kind of ["trained", "embedded"] as const) {
          const off = distance(single[name][kind], mixed[name][kind]);
          assert.ok(off > 1e-4 && off < outputs, `${kind}: ${off}`);
        }
        const off = Object.entries(single[name].gradients)
          .map(([variable, values]) => distance(values, mixed[name].gradients[variable]))
          .sort((a, b) => a - b);
        assert.ok(off.every(Number.isFinite));
        const middle = off[off.length >> 1];
        if (gradients !== undefined) assert.ok(middle > 1e-4 && middle < gradients, String(middle));
      });
    }

    it("leaves no tensor", () => {
      const left = [...Object.values(single), ...Object.values(mixed)].map((pass) => pass.left);
      assert.deepEqual(new Set(left), new Set([0]));
    });

    it("gives the same bits twice", async () => {
      assert.ok(again === (await passes(fused, processor)));
    });
  });
}
