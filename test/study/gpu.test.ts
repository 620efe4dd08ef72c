import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { configureBackend, InputError } from "../../src/core";
import { openJob, openStore, parsePlan } from "../../src/study";
import { gpuInSoftware, runProgram, toldBy } from "../train/onGpu";
import type { Apart } from "./gpuMethods";
import { stripesPlan, writeStripes } from "./stripesStudy";

/** Have weights that change nothing in their loss, which Adam moves at full rate by what is only rounding. */
const movedByRounding: readonly string[] = ["pretrain.prototypical", "pretrain.relation"];

describe("study on a GPU", function () {
  this.timeout(900_000);
  const env = gpuInSoftware();
  let folder = "";
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-gpu-"));
    writeStripes(path.join(folder, "set.npz"));
  });
  after(() => {
    fs.rmSync(folder, { recursive: true });
    configureBackend({ threads: 2 });
  });

  it("trains every technique as native TensorFlow does", function () {
    if (env === undefined) return this.skip();
    const told = toldBy<Record<string, Apart>>(
      runProgram(path.join("study", "gpuMethods.ts"), [], env),
    );
    assert.ok(Object.keys(told).length >= 22, Object.keys(told).join());
    for (const [name, { steps, firstLoss, losses, out, tensorsLeft }] of Object.entries(told)) {
      const bound = movedByRounding.includes(name) ? 0.03 : 1e-4;
      assert.equal(steps, 3, `${name}: ${steps} steps`);
      assert.ok(firstLoss < 1e-5, `${name}: first loss ${firstLoss}`);
      assert.ok(losses < bound, `${name}: losses ${losses}`);
      assert.ok(out < bound, `${name}: what came out ${out}`);
      assert.equal(tensorsLeft, 0, `${name}: tensors left`);
    }
  });

  it("writes the same bytes each time, and says what its trainings ran on", function () {
    if (env === undefined) return this.skip();
    const [one, other] = ["one", "other"].map((out) => {
      const { code, stderr } = runProgram(path.join("study", "gpuStudy.ts"), [folder, out], env);
      assert.equal(code, 0, stderr);
      const records = path.join(folder, out, "records");
      return fs.readdirSync(records).map((name) => [name, fs.readFileSync(path.join(records, name), "utf8")]); // prettier-ignore
    });
    assert.equal(one.length, 1);
    assert.deepEqual(one, other);
    assert.match((JSON.parse(one[0][1]) as { device?: string }).device ?? "", /^webgpu \d/);
    const timings = path.join(folder, "one", "timings");
    const [timing] = fs.readdirSync(timings);
    assert.match(fs.readFileSync(path.join(timings, timing), "utf8"), /SwiftShader/);
  });

  it("names records by the device, where that is not native TensorFlow", async () => {
    const keys = async (out: string, changes: object): Promise<string[]> => {
      const plan = stripesPlan(folder, changes);
      configureBackend({ threads: plan.threads ?? 2, device: plan.device });
      const store = openStore(path.join(folder, out));
      const { job } = await openJob(plan, store);
      store.claims.close();
      const file = fs.readFileSync(path.join(folder, out, "study.json"), "utf8");
      const { device } = JSON.parse(file) as { readonly device?: string };
      assert.equal(device?.split(" ")[0], plan.device === "webgpu" ? "webgpu" : undefined);
      return job.units.map(({ key }) => key);
    };
    const usual = await keys("usual", {});
    assert.deepEqual(await keys("native", { device: "tensorflow" }), usual);
    const there = new Set(await keys("gpu", { device: "webgpu" }));
    assert.ok(usual.every((key) => !there.has(key)));
  });

  it("refuses a plan with another device", () => {
    const { methods, ...plan } = stripesPlan(folder);
    assert.throws(
      () => parsePlan({ ...plan, methods, device: "cuda" }),
      (error: unknown) =>
        error instanceof InputError && /device "cuda".*tensorflow.*webgpu/.test(error.message),
    );
  });
});
