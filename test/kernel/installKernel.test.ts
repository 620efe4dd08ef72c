import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { installKernel, KernelInputError, listKernels, uninstallKernel } from "../../src/kernel";
import { root, startKernel, valueOf } from "./jupyterClient";

describe("kernel/installKernel", function () {
  this.timeout(60_000);
  let prefix: string;
  beforeEach(() => {
    prefix = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-prefix-"));
  });
  afterEach(() => fs.rmSync(prefix, { recursive: true, force: true }));

  it("installs a kernel that starts, lists it, and takes it away again", async () => {
    const kernel = installKernel({ prefix });
    assert.equal(kernel.folder, path.join(prefix, "share", "jupyter", "kernels", "fewscope"));
    const spec = JSON.parse(fs.readFileSync(path.join(kernel.folder, "kernel.json"), "utf8")) as {
      argv: string[];
      interrupt_mode: string;
    };
    assert.equal(spec.interrupt_mode, "message");
    const [program, ...words] = spec.argv;
    assert.equal(program, process.execPath);
    const client = await startKernel(root, (file) =>
      words.map((word) => (word === "{connection_file}" ? file : word)),
    );
    assert.equal(valueOf(await client.execute("20 + 3")), "23");
    await client.stop();
    const own = (): string[] =>
      listKernels({ prefix })
        .map(({ folder }) => folder)
        .filter((folder) => folder.startsWith(prefix));
    assert.deepEqual(own(), [kernel.folder]);
    assert.equal(uninstallKernel({ prefix }), kernel.folder);
    assert.deepEqual(own(), []);
  });

  it("tells a kernel whose fewscope is gone", () => {
    const { folder } = installKernel({ prefix, name: "moved" });
    const file = path.join(folder, "kernel.json");
    const launcher = path.join(root, "dist", "kernel", "launch.js");
    fs.writeFileSync(
      file,
      fs.readFileSync(file, "utf8").replaceAll(launcher, path.join(prefix, "gone.js")),
    );
    assert.equal(listKernels({ prefix }).find(({ name }) => name === "moved")?.works, false);
  });

  it("refuses names that are none, two places, and kernels of others", () => {
    const refused = (work: () => unknown, sentence: RegExp): void =>
      assert.throws(
        work,
        (error) => error instanceof KernelInputError && sentence.test(error.message),
      );
    refused(() => installKernel({ prefix, name: "../up" }), /the kernel name "\.\.\/up"/);
    refused(() => installKernel({ prefix, user: true }), /more than one/);
    refused(() => installKernel({ prefix: "" }), /empty prefix/);
    refused(() => installKernel({ sysPrefix: path.join(prefix, "python") }), /does not run/);
    const other = path.join(prefix, "share", "jupyter", "kernels", "python3");
    fs.mkdirSync(other, { recursive: true });
    fs.writeFileSync(path.join(other, "kernel.json"), '{"argv":["python"],"language":"python"}');
    refused(() => uninstallKernel({ prefix, name: "python3" }), /no kernel of fewscope/);
    assert.ok(fs.existsSync(other));
  });
});
