import assert from "node:assert/strict";
import { printed, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

const lines = (text: string): string[] => text.trimEnd().split("\n");
const counted = (count: number): string[] => Array.from({ length: count }, (_, i) => `line ${i}`);

describe("kernel/output", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("output");
    kernel = await startKernel(folder.path);
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  it("brings every one of 20 000 lines of a loop, in order, in few messages", async () => {
    const run = await kernel.execute("for (let i = 0; i < 20_000; i++) console.log(`line ${i}`);");
    assert.equal(run.reply["status"], "ok");
    assert.deepEqual(lines(printed(run)), counted(20_000));
    const streams = run.messages.filter(({ type }) => type === "stream");
    assert.ok(streams.length < 100, `${streams.length} messages`);
  });

  it("brings every line of 1 000 timers, in order", async () => {
    const run = await kernel.execute(`let fired = 0;
await new Promise<void>((done) => {
  for (let i = 0; i < 1000; i++)
    setTimeout(() => { console.log(\`line \${i}\`); if (++fired === 1000) done(); }, 1 + i / 100);
});`);
    assert.deepEqual(lines(printed(run)), counted(1000));
  });

  it("brings what timers print after their cell to a client that hears only the cell", async () => {
    const code = `for (let i = 0; i < 1000; i++) setTimeout(() => console.log(\`line \${i}\`));`;
    const run = await kernel.execute(code, { allow_stdin: false });
    assert.deepEqual(lines(printed(run)), counted(1000));
  });

  it("keeps the two streams apart and in the order of their writing", async () => {
    const run = await kernel.execute('console.log("a"); console.error("b"); console.log("c");');
    const streams = run.messages.filter(({ type }) => type === "stream");
    assert.deepEqual(
      streams.map(({ content }) => [content["name"], content["text"]]),
      [
        ["stdout", "a\n"],
        ["stderr", "b\n"],
        ["stdout", "c\n"],
      ],
    );
  });

  it("says what runs before it runs, and counts the cells that count", async () => {
    const first = await kernel.execute("6 * 7");
    assert.deepEqual(
      first.messages.map(({ type }) => type),
      ["status", "execute_input", "execute_result", "status"],
    );
    const count = first.reply["execution_count"];
    assert.equal(typeof count, "number");
    assert.deepEqual(first.messages[1]?.content, { code: "6 * 7", execution_count: count });
    assert.equal(valueOf(first), "42");
    assert.equal(first.messages[2]?.content["execution_count"], count);
    const silent = await kernel.execute("1", { silent: true });
    assert.equal(silent.messages.filter(({ type }) => type !== "status").length, 0);
    const next = await kernel.execute("1");
    assert.equal(next.reply["execution_count"], Number(count) + 1);
  });

  it("sends an output in several forms as one message, and replaces it", async () => {
    const run = await kernel.execute(`
const host = (globalThis as any)[Symbol.for("fewscope.kernel")];
host.display({ "text/plain": "one", "image/png": new Uint8Array([1, 2, 3]), "application/json": { a: 1 } }, { displayId: "x" });
console.log("between");
host.display({ "text/plain": "two" }, { displayId: "x", update: true });`);
    const shown = run.messages.filter(({ type }) => /display_data$/.test(type));
    assert.deepEqual(
      shown.map(({ type, content }) => [type, content["data"], content["transient"]]),
      [
        [
          "display_data",
          { "text/plain": "one", "image/png": "AQID", "application/json": { a: 1 } },
          { display_id: "x" },
        ],
        ["update_display_data", { "text/plain": "two" }, { display_id: "x" }],
      ],
    );
  });
});
