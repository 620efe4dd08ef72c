import assert from "node:assert/strict";
import { errorOf, printed, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

/** What a reader of a trace must not have to read. */
const machinery = /dist\/kernel|tslab|node:internal|evalmachine|node:vm/;

describe("kernel/errors", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("errors");
    kernel = await startKernel(folder.path);
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  it("shows a type error with its place, and runs nothing of the cell", async () => {
    const run = await kernel.execute('console.log("ran");\nconst n: number = "three";');
    assert.equal(run.reply["status"], "error");
    const { ename, evalue, traceback } = errorOf(run);
    assert.equal(ename, "TypeScriptError");
    assert.equal(evalue, "Type 'string' is not assignable to type 'number'.");
    assert.match(traceback, /Cell \[\d+\]:2:7 - error TS2322/);
    assert.match(traceback, /> 2 \| const n: number = "three";\n +\| {7}\^/);
    assert.doesNotMatch(traceback, machinery);
    assert.equal(printed(run), "");
    assert.deepEqual(run.reply["evalue"], evalue);
  });

  it("leads from the cell to the line of a local file two calls deep", async () => {
    folder.write(
      "inner.ts",
      "interface Long {\n  a: number;\n}\n\nexport function inner(x: Long): number {\n  if (x.a > 0) throw new RangeError(`too much: ${x.a}`);\n  return 0;\n}\n",
    );
    folder.write(
      "outer.ts",
      'import { inner } from "./inner";\n\nexport const outer = (a: number): number => inner({ a });\n',
    );
    const run = await kernel.execute('import { outer } from "./outer";\n\nouter(7);');
    const { ename, evalue, traceback } = errorOf(run);
    assert.deepEqual([ename, evalue], ["RangeError", "too much: 7"]);
    const frames = traceback.split("\n").filter((line) => line.startsWith("    at "));
    assert.equal(frames.length, 3, traceback);
    assert.match(frames[0] ?? "", /inner \(\.\/inner\.ts:6:22\)/);
    assert.match(frames[1] ?? "", /outer \(\.\/outer\.ts:3:\d+\)/);
    assert.match(frames[2] ?? "", /^ {4}at Cell \[\d+\]:3:\d+$/);
    assert.match(traceback, /> 6 \| {3}if \(x\.a > 0\) throw/);
    assert.match(traceback, /> 3 \| outer\(7\);/);
    assert.doesNotMatch(traceback, machinery);
  });

  it("fails a cell for a promise that it rejects, awaited or not", async () => {
    const awaited = await kernel.execute(
      'async function late() {\n  await null;\n  throw new Error("no");\n}\nawait late();',
    );
    assert.deepEqual([errorOf(awaited).ename, errorOf(awaited).evalue], ["Error", "no"]);
    assert.match(errorOf(awaited).traceback, /late \(Cell \[\d+\]:3:9\)/);
    assert.match(errorOf(awaited).traceback, /async Cell \[\d+\]:5:1|Cell \[\d+\]:5:1/);
    assert.doesNotMatch(errorOf(awaited).traceback, machinery);
    const loose = await kernel.execute('1;\nvoid Promise.reject(new TypeError("loose"));');
    assert.equal(loose.reply["status"], "error");
    assert.deepEqual([errorOf(loose).ename, errorOf(loose).evalue], ["TypeError", "loose"]);
    assert.match(errorOf(loose).traceback, /Cell \[\d+\]:2:21/);
    assert.equal(valueOf(await kernel.execute("'alive'")), "'alive'");
  });

  it("keeps the values of names that a failed cell did not reach", async () => {
    await kernel.execute("let kept = 5;");
    await kernel.execute('throw new Error("before");\nlet other = 1;');
    assert.equal(valueOf(await kernel.execute("kept")), "5");
  });

  it("drops the cells that wait behind a failed one, and no later one", async () => {
    const failed = kernel.start('await 0; throw new Error("stop");');
    const waiting = [kernel.start("1"), kernel.start("2")];
    assert.equal((await failed.done).reply["status"], "error");
    for (const { done } of waiting) {
      const { reply, messages } = await done;
      assert.equal(reply["status"], "aborted");
      assert.ok(messages.every(({ type }) => type === "status"));
    }
    assert.equal(valueOf(await kernel.execute("3")), "3");
  });

  it("runs the cells behind a failed one where the client allows errors", async () => {
    const options = { stop_on_error: false };
    const failed = kernel.start('throw new Error("go on");', options);
    const waiting = [kernel.start("10", options), kernel.start("20", options)];
    assert.equal((await failed.done).reply["status"], "error");
    assert.deepEqual(
      (await Promise.all(waiting.map(({ done }) => done))).map((run) => valueOf(run)),
      ["10", "20"],
    );
  });
});
