import assert from "node:assert/strict";
import * as fs from "node:fs";
import { makeProject, type Project } from "./project";

interface Report {
  ok: boolean;
  parts: { name: string; status: string; needed: boolean; found: string; todo?: string }[];
}

describe("runtime/doctor", function () {
  // Each test starts some processes, which takes its time on a busy machine.
  this.timeout(60_000);
  let project: Project;
  beforeEach(function () {
    if (process.platform !== "linux") this.skip();
    project = makeProject();
  });
  afterEach(() => project.remove());

  const report = async (): Promise<{ code: number | null; report: Report }> => {
    const { code, stdout } = await project.run("doctor", "--json");
    return { code, report: JSON.parse(stdout) as Report };
  };
  const part = ({ parts }: Report, name: string): Report["parts"][0] => {
    const found = parts.find((each) => each.name === name);
    assert.ok(found, `there is no part "${name}"`);
    return found;
  };

  it("works with nothing installed, says what to do, changes nothing, and gives 1", async () => {
    fs.rmSync(project.path("node_modules"), { recursive: true });
    const { code, report: before } = await report();
    assert.equal(code, 1);
    assert.equal(before.ok, false);
    for (const name of ["npm packages", "native library", "build"]) {
      assert.equal(part(before, name).status, "missing");
      assert.match(part(before, name).todo ?? "", /fewscope -- setup/);
    }
    assert.deepEqual(project.calls(), []);
    assert.ok(!fs.existsSync(project.cache));
  });

  it("gives 0 after the set-up, without the tools that only a set-up needs", async () => {
    await project.run("setup");
    project.removeTool("g++");
    const { code, report: after } = await report();
    assert.equal(code, 0);
    assert.equal(after.ok, true);
    assert.match(part(after, "native library").found, /TensorFlow 2\.21\.0/);
    assert.equal(part(after, "oneDNN").found, "on");
    assert.equal(part(after, "device").found, "CPU");
    assert.equal(part(after, "C++ compiler").status, "missing");
    assert.equal(part(after, "Jupyter").status, "missing");
  });

  it("prints a line a part, with what to do where one is missing", async () => {
    project.removeTool("g++");
    const { code, stdout } = await project.run("doctor");
    assert.equal(code, 1);
    assert.match(stdout, /^ok +Node +\d+\./m);
    assert.match(
      stdout,
      /^missing +C\+\+ compiler +not found -> install it \(.*apt install g\+\+/m,
    );
    for (const line of stdout.trimEnd().split("\n")) assert.match(line, /^(ok|missing|old) /);
  });

  it("tells an installation that is older than package-lock.json", async () => {
    project.write("package-lock.json", '{"packages":{"node_modules/a":{"version":"2.0.0"}}}');
    const { report: old } = await report();
    assert.equal(part(old, "npm packages").status, "old");
    assert.match(part(old, "npm packages").found, /1 differ .*\(a\)/);
  });

  it("finds a kernel and a JupyterLab", async () => {
    project.tool("jupyter-lab", "echo 4.6.6");
    project.write("home/.local/share/jupyter/kernels/some/kernel.json", '{"argv":["fewscope"]}');
    const { report: found } = await report();
    assert.match(part(found, "Jupyter").found, /JupyterLab 4\.6\.6/);
    assert.match(part(found, "kernel").found, /kernels\/some$/);
  });
});
