import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { dawnVersion } from "../../src/core";
import { projectFolder } from "../sourceImports";
import { gpuInSoftware } from "../train/onGpu";

interface WebGpuSetUp {
  readonly webGpuState: () => { readonly status: string; readonly found: string };
  readonly installWebGpu: () => Promise<void>;
  readonly findGpus: () => Promise<{
    readonly names: readonly string[];
    readonly used?: string;
    readonly reason?: string;
  }>;
}

const file = path.join(projectFolder, "src", "runtime", "webGpu.js");
const { webGpuState, installWebGpu, findGpus } = createRequire(__filename)(file) as WebGpuSetUp;

/** The sums that the set-up knows. */
const sums = Array.from(
  fs.readFileSync(file, "utf8").matchAll(/"?([@\w/-]+)"?: \{\s+version[^}]*?sum: "(sha512-[^"]+)"/g), // prettier-ignore
  ([, name, sum]): [string, string] => [name, sum],
);

/** An npm that installs a library of a few bytes for this platform and another, with scripts and other packages around it. */
const fakeNpm = (integrity: object): string => `
const fs = require("node:fs"), path = require("node:path");
const modules = path.join(process.argv[process.argv.indexOf("--prefix") + 1], "node_modules");
const own = process.platform + "-" + (process.platform === "darwin" ? "universal" : process.arch);
const backend = "@tensorflow/tfjs-backend-webgpu/dist/";
for (const file of ["webgpu/dist/" + own + "/dawn.node", "webgpu/dist/other-arch/dawn.node", "webgpu/build/postinstall.js", "webgpu/LICENSE.md",
  backend + "tf-backend-webgpu.node.js", backend + "other.js", "@tensorflow/tfjs-backend-cpu/package.json"]) {
  fs.mkdirSync(path.dirname(path.join(modules, file)), { recursive: true });
  fs.writeFileSync(path.join(modules, file), "bytes");
}
const packages = Object.entries(${JSON.stringify(integrity)}).map(([name, sum]) => ["node_modules/" + name, { integrity: sum }]);
fs.writeFileSync(path.join(modules, ".package-lock.json"), JSON.stringify({ packages: Object.fromEntries(packages) }));
`;

describe("runtime/webGpu", () => {
  let folder = "";
  const before = { ...process.env };
  const restore = (...names: string[]): void => {
    for (const name of names) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  };
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-webgpu-"));
    process.env["FEWSCOPE_CACHE"] = path.join(folder, "cache");
    process.env["npm_execpath"] = path.join(folder, "npm-cli.js");
  });
  afterEach(() => {
    restore("FEWSCOPE_CACHE", "npm_execpath");
    fs.rmSync(folder, { recursive: true });
  });
  const give = (integrity: readonly [string, string][]): void =>
    fs.writeFileSync(path.join(folder, "npm-cli.js"), fakeNpm(Object.fromEntries(integrity)));

  it("puts what is loaded on this platform into the cache, once, and sees when it is changed", async () => {
    assert.equal(sums.length, 2);
    give(sums);
    assert.equal(webGpuState().status, "missing");
    await installWebGpu();
    assert.equal(webGpuState().status, "ok");
    const modules = path.join(folder, "cache", `webgpu-${dawnVersion}`, "node_modules");
    assert.deepEqual(fs.readdirSync(path.join(modules, "webgpu")).sort(), ["LICENSE.md", "dist"]);
    const [platform, ...others] = fs.readdirSync(path.join(modules, "webgpu", "dist"));
    assert.deepEqual(others, []);
    assert.deepEqual(fs.readdirSync(path.join(modules, "@tensorflow")), ["tfjs-backend-webgpu"]);
    fs.rmSync(path.join(folder, "npm-cli.js"));
    await installWebGpu();
    fs.writeFileSync(path.join(modules, "webgpu", "dist", platform, "dawn.node"), "byte");
    assert.match(webGpuState().found, /dawn\.node is gone or changed/);
  });

  it("takes nothing that is not what it knows", async () => {
    give([sums[0], [sums[1][0], "sha512-other"]]);
    await assert.rejects(
      installWebGpu(),
      /another @tensorflow\/tfjs-backend-webgpu .* than the known one/,
    );
    assert.equal(webGpuState().status, "missing");
  });

  it("tells which GPUs there are and which is taken, or why there is none", async function () {
    restore("FEWSCOPE_CACHE");
    const env = gpuInSoftware();
    if (env === undefined) return this.skip();
    try {
      Object.assign(process.env, env);
      const { names, used } = await findGpus();
      assert.match(names.join(), /SwiftShader/);
      assert.ok(used !== undefined && names.includes(used));
      process.env["FEWSCOPE_GPU"] = "Voodoo 2";
      assert.match((await findGpus()).reason ?? "", /none that FEWSCOPE_GPU "Voodoo 2" names/);
    } finally {
      restore(...Object.keys(env), "FEWSCOPE_GPU");
    }
  });
});
