import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { configureBackend, InputError, trainingDevice } from "../../src/core";
import { parityLimits, type Parity } from "./gpuParity";
import type { Bytes } from "./gpuSteps";
import { gpuInSoftware, runProgram, toldBy } from "./onGpu";

const program = path.join("train", "gpuSteps.ts");

describe("train/trainLoop on a GPU", function () {
  this.timeout(600_000);
  const env = gpuInSoftware();

  it("gives the losses and gradients of native TensorFlow, and its trainings for twenty steps", function () {
    if (env === undefined) return this.skip();
    const told = toldBy<Parity>(runProgram(program, ["parity"], env));
    assert.match(told.gpu, /SwiftShader/);
    assert.ok(told.loss < parityLimits.loss, `loss: ${told.loss}`);
    for (const [name, off] of Object.entries(told.gradients))
      assert.ok(off < parityLimits.gradient, `gradient of ${name}: ${off}`);
    for (const [name, { losses, out }] of Object.entries(told.trainings)) {
      assert.ok(losses < parityLimits.losses, `losses of ${name}: ${losses}`);
      assert.ok(out < parityLimits.out, `what ${name} gives: ${out}`);
    }
    assert.equal(told.backend, "tensorflow", "what comes after a training is done natively");
    assert.equal(told.tensorsLeft, 0);
  });

  it("gives the same bits each time, also after a stop, and goes on from no other device's checkpoint", function () {
    if (env === undefined) return this.skip();
    const [one, other] = ["bytes", "again"].map((word) =>
      toldBy<Bytes>(runProgram(program, [word], env)),
    );
    assert.equal(one.resumed, one.whole);
    assert.equal(other.whole, one.whole);
    assert.match(one.refused, /belongs to another training/);
  });

  it("says what to do where no GPU is found, or none of the wanted name", function () {
    if (env === undefined) return this.skip();
    const none = runProgram(program, ["parity"], { ...env, VK_ICD_FILENAMES: "/none.json", VK_DRIVER_FILES: "/none.json" }); // prettier-ignore
    assert.match(none.stderr, /Got the device webgpu on a machine where WebGPU finds no GPU\. Expected a GPU with a driver .* Install its driver/); // prettier-ignore
    const other = runProgram(program, ["parity"], { ...env, FEWSCOPE_GPU: "Voodoo 2" });
    assert.match(other.stderr, /Got FEWSCOPE_GPU "Voodoo 2"\. Expected a GPU of this machine: "SwiftShader/); // prettier-ignore
  });

  it("says what to do where WebGPU is not set up", () => {
    const empty = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-gpu-"));
    const { stderr } = runProgram(program, ["parity"], { FEWSCOPE_CACHE: empty });
    fs.rmSync(empty, { recursive: true });
    assert.match(stderr, /without WebGPU\. Expected to find it in the cache\. Run `npx fewscope doctor --fix --webgpu` once/); // prettier-ignore
  });
});

describe("core/trainingDevice", () => {
  const before = process.env["FEWSCOPE_BACKEND"];
  afterEach(() => {
    if (before === undefined) delete process.env["FEWSCOPE_BACKEND"];
    else process.env["FEWSCOPE_BACKEND"] = before;
    configureBackend({});
  });

  it("is native TensorFlow, unless the environment or a plan says otherwise", () => {
    delete process.env["FEWSCOPE_BACKEND"];
    assert.equal(trainingDevice(), "tensorflow");
    process.env["FEWSCOPE_BACKEND"] = "webgpu";
    assert.equal(trainingDevice(), "webgpu");
    configureBackend({ device: "tensorflow" });
    assert.equal(trainingDevice(), "tensorflow");
  });

  it("refuses what is no device", () => {
    process.env["FEWSCOPE_BACKEND"] = "webgl";
    assert.throws(trainingDevice, (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /FEWSCOPE_BACKEND "webgl"\. Expected one of tensorflow, webgpu/);
      return true;
    });
  });
});
