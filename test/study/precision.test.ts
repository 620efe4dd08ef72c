import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { configureBackend, hasBrainFloats, InputError, precisionInUse, tf } from "../../src/core";
import { gainsByBrainProducts } from "../../src/core/precision";
import { parsePlan } from "../../src/study";
import { ended, lastingFiles, startCli, stripesPlan, writeStripes } from "./stripesStudy";

let folder = "";
const out = (name: string): string => path.join(folder, name);

/** Runs the small study with these settings of the environment; its records, and what its folder says of the precision. */
async function run(
  name: string,
  env: Record<string, string>,
  changes: object = {},
): Promise<{ code: unknown; text: string; files: Record<string, string>; precision: unknown }> {
  const plan = stripesPlan(folder);
  const few = { ...plan, methods: plan.methods.slice(0, 2), draws: 1, ...changes };
  fs.writeFileSync(out(`${name}.json`), JSON.stringify(few));
  const words = ["study", out(`${name}.json`), "--out", out(name)];
  const { code, text } = await ended(startCli(words, "pipe", { ...process.env, ...env }));
  if (code !== 0) return { code, text, files: {}, precision: undefined };
  const study = fs.readFileSync(path.join(out(name), "study.json"), "utf8");
  const { precision } = JSON.parse(study) as { precision?: string };
  return { code, text, files: lastingFiles(out(name)), precision };
}

/** Whether no file of the one has the name of one of the other. */
function othersNames(ones: Record<string, string>, others: Record<string, string>): boolean {
  const names = new Set(Object.keys(ones));
  return names.size > 0 && Object.keys(others).every((name) => !names.has(name));
}

describe("study/precision", function () {
  this.timeout(300_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-precision-"));
    writeStripes(out("set.npz"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("names records by it, and gives the same bytes twice", async function () {
    if (!hasBrainFloats()) this.skip();
    const usual = await run("usual", {});
    const mixed = await run("mixed", { FEWSCOPE_PRECISION: "mixed" });
    const again = await run("again", {}, { precision: "mixed" });
    assert.deepEqual([usual.code, mixed.code], [0, 0], usual.text + mixed.text);
    assert.deepEqual([usual.precision, mixed.precision], [undefined, "mixed"]);
    assert.deepEqual(again.files, mixed.files);
    assert.ok(othersNames(usual.files, mixed.files));
  });

  it("names records by oneDNN's own mode where somebody set it by hand", async () => {
    const usual = await run("own", {});
    const byHand = await run("by hand", { ONEDNN_DEFAULT_FPMATH_MODE: "bf16" });
    assert.deepEqual([byHand.code, byHand.precision], [0, "mode-bf16"], byHand.text);
    assert.ok(othersNames(usual.files, byHand.files));
  });

  it("is refused where the processor has no brain floats, by a plan and by the environment", async function () {
    if (hasBrainFloats()) this.skip();
    for (const [name, env, changes] of [
      ["plan", {}, { precision: "mixed" }],
      ["environment", { FEWSCOPE_PRECISION: "mixed" }, {}],
    ] as const) {
      const { code, text } = await run(name, env, changes);
      assert.equal(code, 1, text);
      assert.match(text, /precision "mixed" on a processor without 16-bit brain floats/);
      assert.doesNotMatch(text, /\n\s+at /);
    }
  });

  it("is refused where trainings run on a GPU", async () => {
    const { code, text } = await run("gpu", {}, { precision: "mixed", device: "webgpu" });
    assert.equal(code, 1, text);
    assert.match(text, /precision "mixed" for trainings on a GPU/);
    assert.doesNotMatch(text, /\n\s+at /);
  });

  it("can be said to be single whatever the environment says", async () => {
    const env = { FEWSCOPE_PRECISION: "mixed" };
    const single = await run("single", env, { precision: "single" });
    assert.deepEqual([single.code, single.precision], [0, undefined], single.text);
    assert.deepEqual(single.files, (await run("usual too", {})).files);
  });

  it("is not changed once the library runs", () => {
    tf.ones([1]).dispose();
    assert.equal(precisionInUse(), undefined);
    configureBackend({ precision: "single" });
    assert.throws(() => configureBackend({ precision: "mixed" }), InputError);
  });

  it("is one of two words", () => {
    const methods = [{ pretrain: { pixels: {} }, classify: { prototypes: {} } }];
    assert.throws(
      () => parsePlan({ ...stripesPlan(folder), methods, precision: "half" }),
      (error) =>
        error instanceof InputError && /precision "half".*single.*mixed/.test(error.message),
    );
  });

  it("looks for brain floats among the processor's flags", () => {
    assert.ok(hasBrainFloats("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16\n"));
    assert.ok(hasBrainFloats("flags\t\t: fpu amx_bf16 amx_tile\n"));
    assert.ok(!hasBrainFloats("flags\t\t: fpu avx512f\nmodel name\t: amx_bf16\n"));
    assert.ok(!hasBrainFloats(""));
  });

  it("multiplies brain floats where that is faster: with matrix units, or by AMD", () => {
    const told = (maker: string, flags: string): string =>
      `vendor_id\t: ${maker}\nmodel name\t: any\nflags\t\t: fpu avx512f ${flags}\n`;
    assert.ok(gainsByBrainProducts(told("AuthenticAMD", "avx512_bf16")));
    assert.ok(gainsByBrainProducts(told("GenuineIntel", "avx512_bf16 amx_bf16 amx_tile")));
    assert.ok(!gainsByBrainProducts(told("GenuineIntel", "avx512_bf16")));
    assert.ok(!gainsByBrainProducts(told("AuthenticAMD", "")));
    assert.ok(
      !gainsByBrainProducts(told("GenuineIntel", "avx512_bf16").replace("any", "amx_bf16")),
    );
  });
});
