import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { finished, makeProject, until, type Project } from "./project";

describe("runtime/setUp", function () {
  // Each test starts some processes, which takes its time on a busy machine.
  this.timeout(60_000);
  let project: Project;
  let library = "";
  beforeEach(function () {
    // The stand-ins are shell scripts, and the names of the libraries are those of Linux.
    if (process.platform !== "linux") this.skip();
    project = makeProject();
    library = path.join(project.cache, `tensorflow-2.21.0-linux-${process.arch}`);
  });
  afterEach(() => project.remove());

  const leftInCache = (): string[] =>
    fs.existsSync(project.cache) ? fs.readdirSync(project.cache) : [];

  it("does what is missing, then runs the command with its arguments and exit code", async () => {
    const { code, stdout, stderr } = await project.run("study", "plan.json", "--out", "a b");
    assert.equal(stderr.match(/done in/g)?.length, 2, stderr);
    assert.deepEqual(JSON.parse(stdout), ["study", "plan.json", "--out", "a b"]);
    assert.equal(code, 3);
    assert.deepEqual(project.calls(), ["pip download", "g++", "tsc"]);
    assert.deepEqual(leftInCache(), [path.basename(library)]);
    assert.ok(fs.existsSync(path.join(library, "include/tensorflow/c/c_api.h")));
    assert.ok(!fs.existsSync(path.join(library, "python")));
  });

  it("tells TensorFlow what it must know before it loads, unless the user has", async () => {
    project.write(
      "main.js",
      "const { env } = process; console.log(env.TF_ENABLE_ONEDNN_OPTS, env.TF_CPP_MIN_LOG_LEVEL);",
    );
    assert.equal((await project.run("demo")).stdout, "1 2\n");
    project.env["TF_CPP_MIN_LOG_LEVEL"] = "0";
    assert.equal((await project.run("demo")).stdout, "1 0\n");
  });

  it("does nothing twice, and again only what has changed", async () => {
    await project.run("setup");
    const done = project.calls().length;
    const again = await project.run("setup");
    assert.equal(again.stderr, "");
    assert.equal(project.calls().length, done);

    project.write("src/more.ts", "");
    await project.run("setup");
    assert.deepEqual(project.calls().slice(done), ["tsc"]);
    assert.ok(fs.existsSync(project.path("dist/more.js")));
    fs.rmSync(project.path("src/more.ts"));
    await project.run("setup");
    assert.ok(!fs.existsSync(project.path("dist/more.js")), "output of a removed file stays");
    fs.rmSync(project.path("dist/index.js"));
    await project.run("setup");
    assert.ok(fs.existsSync(project.path("dist/index.js")));

    project.write("package-lock.json", '{"packages":{"":{},"node_modules/a":{"version":"2.0.0"}}}');
    await project.run("setup");
    assert.ok(project.calls().includes("npm ci"));
    const packages = project.calls().length;
    await project.run("setup");
    assert.equal(project.calls().length, packages);
  });

  it("installs the packages again when one is gone", async () => {
    await project.run("setup");
    fs.rmSync(project.path("node_modules/a"), { recursive: true });
    await project.run("setup");
    assert.equal(project.calls().at(-1), "npm ci");
  });

  it("takes library and binding from the cache for another checkout", async () => {
    await project.run("setup");
    const done = project.calls().length;
    fs.rmSync(project.path("node_modules/@tensorflow/tfjs-node/lib"), { recursive: true });
    await project.run("setup");
    assert.equal(project.calls().length, done);
  });

  it("takes TensorFlow for GPUs of NVIDIA with CUDA beside it when it is asked to, and goes back", async function () {
    if (process.arch !== "x64") this.skip();
    await project.run("setup");
    const cuda = path.join(project.cache, "tensorflow-2.21.0-cuda-linux-x64");
    project.env["FEWSCOPE_TENSORFLOW"] = "cuda";
    project.env["CUDA"] = project.path("cuda.zip");
    const { code, stderr } = await project.run("setup");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /of another kind than FEWSCOPE_TENSORFLOW asks for/);
    assert.match(stderr, /downloading about 3400 MB/);
    for (const file of ["tensorflow/libtensorflow_cc.so.2", "nvidia/cudnn/lib/libcudnn.so.9"])
      assert.ok(fs.existsSync(path.join(cuda, file)), file);
    assert.ok(fs.statSync(path.join(cuda, "nvidia/cuda_nvcc/bin/ptxas")).mode & 0o100);
    assert.ok(!fs.existsSync(path.join(cuda, "nvidia/cudnn/include")), "what only compilers need");
    assert.ok(!fs.existsSync(path.join(cuda, "nvidia/cudnn/lib/libcudnn_static.a")));

    // Once chosen it stays, and nothing is done twice.
    delete project.env["FEWSCOPE_TENSORFLOW"];
    const done = project.calls().length;
    await project.run("setup");
    assert.equal(project.calls().length, done);
    const told = (await project.run("doctor")).stdout;
    assert.match(
      told,
      /missing +device +CPU, no GPU of NVIDIA \(failed call to cuInit: no driver\)/,
    );

    project.env["FEWSCOPE_TENSORFLOW"] = "wheel";
    await project.run("setup");
    assert.equal(project.calls().length, done, "both are in the cache");
    assert.match((await project.run("doctor")).stdout, /ok +device +CPU\n/);
  });

  it("keeps a binding that someone else has put there, if it works", async () => {
    const file = "node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node";
    project.write(file, "by hand");
    await project.run("setup");
    assert.deepEqual(project.calls(), ["tsc"]);
    assert.equal(fs.readFileSync(project.path(file), "utf8"), "by hand");
  });

  it("does the work once when two runs start together", async () => {
    const [one, two] = await Promise.all([project.run("setup"), project.run("setup")]);
    assert.equal(one.code, 0, one.stderr);
    assert.equal(two.code, 0, two.stderr);
    assert.deepEqual(project.calls(), ["pip download", "g++", "tsc"]);
  });

  it("leaves nothing half-made when it is killed, and goes on", async () => {
    const marker = project.path("downloading");
    project.tool(
      "python3",
      `if [ "$3" = --version ]; then echo "pip 24.0"; exit 0; fi
echo $$ > "${marker}.tmp"; mv "${marker}.tmp" "${marker}"; exec tail -f /dev/null`,
    );
    const killed = project.start("setup");
    const end = finished(killed);
    await until(() => fs.existsSync(marker));
    killed.kill("SIGKILL");
    // What it had started goes on; a new run must wait for that, or both would write.
    assert.ok(!fs.existsSync(library));
    project.tool("python3");
    const next = project.start("setup");
    let told = "";
    next.stderr?.on("data", (text: Buffer) => (told += text.toString()));
    const nextEnd = finished(next);
    await until(() => told.includes("waiting for it"));
    process.kill(-Number(fs.readFileSync(marker, "utf8")), "SIGKILL");
    await end;
    assert.equal((await nextEnd).code, 0);
    assert.deepEqual(leftInCache(), [path.basename(library)]);
  });

  it("stops at once on Ctrl-C with all that it had started", async () => {
    const marker = project.path("downloading");
    project.tool(
      "python3",
      `if [ "$3" = --version ]; then echo "pip 24.0"; exit 0; fi
echo $$ > "${marker}.tmp"; mv "${marker}.tmp" "${marker}"; exec tail -f /dev/null`,
    );
    const stopped = project.start("setup");
    const end = finished(stopped);
    await until(() => fs.existsSync(marker));
    stopped.kill("SIGINT");
    const { code, stderr } = await end;
    assert.equal(code, 130);
    assert.match(stderr, /stopped; the same command goes on from here/);
    assert.ok(!isAlive(Number(fs.readFileSync(marker, "utf8"))), "a program goes on");
    assert.ok(!fs.existsSync(project.path(".cache/setup.lock")));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended but that nobody has waited for counts as gone.
    return !fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
