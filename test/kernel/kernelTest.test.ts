import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { prepareJupyter, project, type Jupyter } from "../notebooks/runNotebook";

const version = "0.7.0";

interface Runtime {
  readonly findPip: () => Promise<{ readonly command: readonly [string, ...string[]] } | undefined>;
  readonly cacheFolder: () => string;
}

/** Puts the protocol's own test suite beside the notebooks' environment, which has all that it needs. */
async function installKernelTest(): Promise<string> {
  const runtime = createRequire(path.join(project, "src", "runtime", "run.js"));
  const { findPip } = runtime("./tools.js") as Runtime;
  const { cacheFolder } = runtime("./places.js") as Runtime;
  const folder = path.join(cacheFolder(), `jupyter-kernel-test-${version}`);
  if (fs.existsSync(path.join(folder, "jupyter_kernel_test", "__init__.py"))) return folder;
  const pip = await findPip();
  assert.ok(pip !== undefined, "there is no pip");
  const [program, ...words] = pip.command;
  const temporary = `${folder}.${process.pid}.tmp`;
  const options = "install --no-deps --no-input --disable-pip-version-check --quiet --target";
  const wanted = `jupyter_kernel_test==${version}`;
  const run = spawnSync(program, [...words, ...options.split(" "), temporary, wanted], {
    encoding: "utf8",
  });
  assert.equal(run.status, 0, run.stderr);
  fs.renameSync(temporary, folder);
  return folder;
}

describe("kernel/kernelTest", function () {
  this.timeout(600_000);
  let jupyter: Jupyter;
  let folder: string;
  before(async function () {
    try {
      jupyter = await prepareJupyter();
      folder = await installKernelTest();
    } catch (error) {
      const { name, message } = error as Error;
      // Where submissions are checked everything is there, or can be fetched.
      if (name !== "Problem" || process.env["CI"]) throw error;
      process.stdout.write(`      jupyter_kernel_test is not run: ${message}\n`);
      this.skip();
    }
  });

  it(`passes all of jupyter_kernel_test ${version}, and leaves nothing of it out`, () => {
    const run = spawnSync(jupyter.python, [path.join(__dirname, "kernelTest.py"), "fewscope"], {
      encoding: "utf8",
      cwd: path.join(project, "notebooks"),
      env: { ...jupyter.env, NODE_OPTIONS: "", PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
    });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stderr, /\nRan 13 tests in .*\n\nOK\n$/);
  });
});
