import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { projectFolder } from "../sourceImports";

interface OnnxSetUp {
  readonly onnxState: () => { readonly status: string; readonly found: string };
  readonly installOnnx: () => Promise<void>;
}

const { onnxState, installOnnx } = createRequire(__filename)(
  path.join(projectFolder, "src", "runtime", "onnx.js"),
) as OnnxSetUp;

/** The sums that the set-up knows. */
const code = fs.readFileSync(path.join(projectFolder, "src", "runtime", "onnx.js"), "utf8");
const sums = Object.fromEntries(
  Array.from(code.matchAll(/"(onnxruntime-\w+)":\s+"(sha512-[^"]+)"/g), ([, name, sum]) => [
    name,
    sum,
  ]),
);

/** An npm that installs a library of a few bytes for this platform and another, with these sums. */
const fakeNpm = (integrity: object): string => `
const fs = require("node:fs"), path = require("node:path");
const modules = path.join(process.argv[process.argv.indexOf("--prefix") + 1], "node_modules");
for (const platform of [process.platform, "other"]) {
  const folder = path.join(modules, "onnxruntime-node/bin/napi-v6", platform, process.arch);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "library"), "bytes");
}
const packages = Object.entries(${JSON.stringify(integrity)}).map(([name, sum]) => ["node_modules/" + name, { integrity: sum }]);
fs.writeFileSync(path.join(modules, ".package-lock.json"), JSON.stringify({ packages: Object.fromEntries(packages) }));
`;

describe("runtime/onnx", () => {
  let folder = "";
  const before = { ...process.env };
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-onnx-"));
    process.env["FEWSCOPE_CACHE"] = path.join(folder, "cache");
    process.env["npm_execpath"] = path.join(folder, "npm-cli.js");
  });
  afterEach(() => {
    for (const name of ["FEWSCOPE_CACHE", "npm_execpath"]) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    fs.rmSync(folder, { recursive: true });
  });
  const give = (integrity: object): void =>
    fs.writeFileSync(path.join(folder, "npm-cli.js"), fakeNpm(integrity));

  it("puts what is for this platform into the cache, once, and sees when it is changed", async () => {
    give(sums);
    assert.equal(onnxState().status, "missing");
    await installOnnx();
    assert.equal(onnxState().status, "ok");
    const [made] = fs.readdirSync(path.join(folder, "cache")).filter((name) => /^onnxruntime-[\d.]+$/.test(name)); // prettier-ignore
    const platforms = path.join(folder, "cache", made, "node_modules/onnxruntime-node/bin/napi-v6");
    assert.deepEqual(fs.readdirSync(path.join(platforms, "other")), []);
    const library = path.join(platforms, process.platform, process.arch, "library");
    fs.rmSync(path.join(folder, "npm-cli.js"));
    await installOnnx();
    fs.writeFileSync(library, "byte");
    assert.match(onnxState().found, /library is gone or changed/);
  });

  it("takes nothing that is not what it knows", async () => {
    give({ ...sums, "onnxruntime-node": "sha512-other" });
    await assert.rejects(installOnnx(), /another onnxruntime-node .* than the known one/);
    assert.equal(onnxState().status, "missing");
  });
});
