import assert from "node:assert/strict";
import * as fs from "node:fs";
import { errorOf, printed, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

/** Whether a process is there and has not ended. */
function runs(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

describe("kernel/processes", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async function () {
    if (process.platform !== "linux") this.skip();
    folder = makeNotebookFolder("processes");
    kernel = await startKernel(folder.path);
    await kernel.execute('import { execSync, spawn, spawnSync } from "node:child_process";');
  });
  after(async () => {
    await kernel?.stop();
    folder?.remove();
  });

  const outputs = async (code: string): Promise<[stdout: string, stderr: string]> => {
    const run = await kernel.execute(code);
    assert.equal(run.reply["status"], "ok", errorOf(run).traceback);
    return [printed(run), printed(run, "stderr")];
  };

  it("shows what children write that inherit the output, in its order", async () => {
    const code = `console.log("before");
execSync("echo out; echo err >&2", { stdio: "inherit" });
console.log("after");`;
    assert.deepEqual(await outputs(code), ["before\nout\nafter\n", "err\n"]);
    assert.deepEqual(await outputs('spawnSync("printf", ["%s", "ü😀"], { stdio: "inherit" });'), [
      "ü😀",
      "",
    ]);
  });

  it("shows all of a flood from a child", async () => {
    const [text] = await outputs('execSync("seq 1 200000", { stdio: "inherit" });');
    assert.equal(text.length, 1_288_895);
    assert.ok(text.endsWith("199999\n200000\n"));
  });

  it("shows what is written to the descriptors themselves", async () => {
    const code =
      'import { writeSync } from "node:fs";\nconsole.log("before"); writeSync(1, "direct\\n"); console.log("after"); writeSync(2, "error\\n");';
    assert.deepEqual(await outputs(code), ["before\ndirect\nafter\n", "error\n"]);
  });

  it("shows what a child writes while its cell awaits it", async () => {
    const code = `const slow = spawn("sh", ["-c", "echo one; echo two"], { stdio: "inherit" });
await new Promise((r) => slow.on("exit", r));`;
    assert.deepEqual(await outputs(code), ["one\ntwo\n", ""]);
  });

  it("gives children no input, and no more of the kernel's files", async () => {
    assert.deepEqual(await outputs('execSync("cat; echo end", { stdio: "inherit" });'), [
      "end\n",
      "",
    ]);
    assert.equal(fs.readlinkSync(`/proc/${kernel.pid}/fd/0`), "/dev/null");
  });

  for (const [what, code] of [
    ["a child that the cell waits for", 'execSync("sleep 30");'],
    [
      "a child that writes to the notebook",
      'spawnSync("sh", ["-c", "sleep 30; echo late"], { stdio: "inherit" });',
    ],
    ["a child that does not mind an interrupt", `execSync("trap '' INT; sleep 30; sleep 30");`],
    ["a wait that catches everything", 'for (;;) { try { execSync("sleep 30"); } catch {} }'],
  ] as const) {
    it(`stops ${what} when the cell is interrupted`, async () => {
      const cell = kernel.start(`console.log("go");\n${code}\nconsole.log("went on");`);
      await cell.seen(({ type }) => type === "stream");
      const asked = performance.now();
      void kernel.request("interrupt_request", {}, "control");
      const run = await cell.done;
      const took = performance.now() - asked;
      assert.equal(errorOf(run).ename, "Interrupted", errorOf(run).traceback);
      assert.equal(printed(run), "go\n");
      // On a machine of its own within a second or three; this only catches a wait of thirty.
      assert.ok(took < 20_000, `${took} ms`);
      assert.equal(valueOf(await kernel.execute("1 + 1")), "2");
    });
  }

  it("leaves children alone that a cell does not wait for", async () => {
    const pid = Number(
      valueOf(await kernel.execute('const own = spawn("sleep", ["60"]); own.pid')),
    );
    const cell = kernel.start('console.log("go"); while (true) {}');
    await cell.seen(({ type }) => type === "stream");
    void kernel.request("interrupt_request", {}, "control");
    await cell.done;
    assert.ok(runs(pid));
    await kernel.execute("own.kill();");
  });

  for (const [how, end] of [
    [
      "shuts down",
      (own: KernelClient) => own.request("shutdown_request", { restart: true }, "control"),
    ],
    [
      "is told to end by a signal",
      (own: KernelClient) => Promise.resolve(process.kill(own.pid, "SIGTERM")),
    ],
  ] as const) {
    it(`ends its children, and theirs, when it ${how}`, async () => {
      const own = await startKernel(folder.path);
      try {
        const run = await own.execute(`import { spawn } from "node:child_process";
const stubborn = spawn("sh", ["-c", "trap '' TERM; sleep 94 & echo $!; wait; sleep 95"]);
const [pid] = await new Promise<string[]>((r) => stubborn.stdout.once("data", (text) => r([String(text).trim()])));
[stubborn.pid, pid].join()`);
        const pids = String(valueOf(run)).slice(1, -1).split(",").map(Number);
        assert.ok(pids.length === 2 && pids.every(runs), `${pids.join()} run`);
        await end(own);
        assert.equal(await own.exited, 0);
        assert.deepEqual(pids.map(runs), [false, false]);
      } finally {
        await own.stop();
      }
    });
  }

  it("takes process.exit() for the end of the cell, and keeps what it printed", async () => {
    await kernel.execute("const kept = 1;");
    const run = await kernel.execute(
      'console.log("printed");\nprocess.exit(3);\nconsole.log("never");',
    );
    const { ename, evalue, traceback } = errorOf(run);
    assert.equal(printed(run), "printed\n");
    assert.equal(ename, "ProcessExit");
    assert.match(evalue, /process\.exit\(3\) was called.*the kernel goes on/);
    assert.match(traceback, /> 2 \| process\.exit\(3\);/);
    assert.equal(valueOf(await kernel.execute("kept")), "1");
    const caught = await kernel.execute(
      'try { process.exit(); } catch {}\nawait 0;\nconsole.log("never");',
    );
    assert.deepEqual([errorOf(caught).ename, printed(caught)], ["ProcessExit", ""]);
    const late = await kernel.execute("setTimeout(() => process.exit(1), 1);");
    const told = await kernel.seen(
      ({ type, parent, content }) =>
        type === "stream" && parent === late.messages[0]?.parent && content["name"] === "stderr",
    );
    assert.match(String(told.content["text"]), /process\.exit\(1\) was called/);
    assert.equal(valueOf(await kernel.execute("kept")), "1");
  });

  it("lets functions run whose text is sent elsewhere", async () => {
    const code = `import { Worker } from "node:worker_threads";
import * as vm from "node:vm";
const local = 1;
const work = async (n: number) => { await null; for await (const x of [n]) n += x; return Math.max(n, 2); };
class Tool { static async run(n: number) { return (await n) + [1].map(() => n).length; } }
function plain(this: unknown, { a = 1 } = {}) { return typeof local === "undefined" ? a : -1; }
const send = (text: string) => new Promise((done) =>
  new Worker(\`(\${text}).then((x) => require("worker_threads").parentPort.postMessage(x))\`, { eval: true }).on("message", done));
[await send(\`(\${work})(7)\`), await send(\`(\${Tool}).run(3)\`), vm.runInNewContext(\`(\${plain.toString()})()\`)].join()`;
    const run = await kernel.execute(code);
    assert.equal(valueOf(run), "'14,4,1'", errorOf(run).traceback);
    folder.write(
      "remote.ts",
      "export const remote = async (n: number) => { await null; return n + 1; };\n",
    );
    const file = await kernel.execute(
      'import { remote } from "./remote";\nawait send(`(${remote})(1)`)',
    );
    assert.equal(valueOf(file), "2", errorOf(file).traceback);
    const native = await kernel.execute(
      "[Function.prototype.toString, Math.max].map(String).join()",
    );
    assert.equal(
      valueOf(native),
      "'function toString() { [native code] },function max() { [native code] }'",
    );
  });
});
