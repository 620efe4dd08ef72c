import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { configureBackend, hasTiles, InputError, precisionInUse, tf } from "../../src/core";
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

/** Scores by method and budget. */
const scores = (files: Record<string, string>): unknown[] =>
  Object.values(files)
    .filter((text) => text.includes('"balancedAccuracy"'))
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .map(({ method, labelsPerClass, confusion }) => [method, labelsPerClass, confusion])
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

describe("study/precision", function () {
  this.timeout(300_000);
  const byHand = { ONEDNN_DEFAULT_FPMATH_MODE: "BF16" };
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-precision-"));
    writeStripes(out("set.npz"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("names records by it, also where somebody set the library's mode by hand, and gives the same bytes twice", async () => {
    const usual = await run("usual", {});
    const mixed = await run("mixed", byHand);
    const again = await run("again", { ...byHand, ONEDNN_DEFAULT_FPMATH_MODE: "bf16" });
    assert.deepEqual([usual.code, mixed.code], [0, 0], usual.text + mixed.text);
    assert.deepEqual([usual.precision, mixed.precision], [undefined, "mixed"]);
    assert.deepEqual(again.files, mixed.files);
    const names = new Set(Object.keys(usual.files));
    assert.ok(names.size > 0 && Object.keys(mixed.files).every((name) => !names.has(name)));
    // Without units for it the library computes what it always computes.
    if (!hasTiles()) assert.deepEqual(scores(mixed.files), scores(usual.files));
    else {
      const asked = await run("asked", {}, { precision: "mixed" });
      assert.deepEqual(asked.files, mixed.files);
    }
  });

  it("is refused where the processor has no units for it, by a plan and by the environment", async function () {
    if (hasTiles()) this.skip();
    for (const [name, env, changes] of [
      ["plan", {}, { precision: "mixed" }],
      ["environment", { FEWSCOPE_PRECISION: "mixed" }, {}],
    ] as const) {
      const { code, text } = await run(name, env, changes);
      assert.equal(code, 1, text);
      assert.match(text, /precision "mixed" on a processor without 16-bit matrix units/);
      assert.doesNotMatch(text, /\n\s+at /);
    }
  });

  it("can be said to be single whatever the environment says", async () => {
    const single = await run("single", byHand, { precision: "single" });
    assert.deepEqual([single.code, single.precision], [0, undefined], single.text);
    assert.deepEqual(single.files, (await run("usual", {})).files);
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

  it("looks for the units among the processor's flags", () => {
    assert.ok(hasTiles("processor\t: 0\nflags\t\t: fpu avx512_bf16 amx_bf16 amx_tile\n"));
    assert.ok(!hasTiles("flags\t\t: fpu avx512f avx512_bf16\nmodel name\t: amx_bf16\n"));
    assert.ok(!hasTiles(""));
  });
});
