import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const project = path.join(__dirname, "..", "..");

interface MakePackage {
  readonly published: (manifest: object) => Readonly<Record<string, unknown>>;
  readonly carry: (folder: string) => Promise<void>;
  readonly carriedPackages: () => Promise<readonly string[]>;
}

describe("the package that npm installs", function () {
  this.timeout(120_000);
  let made: MakePackage;
  let folder = "";
  before(async () => {
    made = (await import(path.join(project, "src", "runtime", "makePackage.js"))) as MakePackage;
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-package-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("asks for nothing outside the registry, and for one TensorFlow", () => {
    const text = fs.readFileSync(path.join(project, "package.json"), "utf8");
    const manifest = made.published(JSON.parse(text) as object);
    const dependencies = manifest["dependencies"] as Readonly<Record<string, string>>;
    assert.ok(
      Object.values(dependencies).every((version) => !/^(?:https?|git|file):/.test(version)),
    );
    assert.deepEqual(Object.keys(dependencies).filter((name) => name.includes("tfjs")), ["@tensorflow/tfjs-node"]); // prettier-ignore
    assert.deepEqual(manifest["bundleDependencies"], ["danfojs-node"]);
    for (const key of ["private", "scripts", "overrides", "devDependencies"])
      assert.ok(!(key in manifest), key);
  });

  it("carries danfojs with its types and licences, without what nobody keeps", async () => {
    await made.carry(path.join(folder, "danfojs-node"));
    const names = (await made.carriedPackages()).map((place) => path.basename(place));
    assert.ok(names.includes("danfojs-node") && names.includes("mathjs"));
    assert.ok(!names.includes("request") && !names.includes("tfjs-node"));
    const own = path.join(folder, "danfojs-node");
    const { dependencies } = JSON.parse(
      fs.readFileSync(path.join(own, "package.json"), "utf8"),
    ) as { dependencies?: object };
    assert.equal(dependencies, undefined);
    assert.match(fs.readFileSync(path.join(own, "LICENCES.txt"), "utf8"), /mathjs \d.*Apache-2\.0/);
    const types = fs.readFileSync(path.join(own, "dist/danfojs-node/src/index.d.ts"), "utf8");
    assert.match(types, /DataFrame/);
    const program = `const { DataFrame } = require(${JSON.stringify(own)}); console.log(new DataFrame([[1, 2]]).shape.join())`;
    const env = { ...process.env, NODE_OPTIONS: "", NODE_PATH: path.join(project, "node_modules") };
    const run = spawnSync(process.execPath, ["-e", program], { encoding: "utf8", env });
    assert.equal(run.stdout.trim(), "1,2", run.stderr);
  });
});
