import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { errorOf, root, startKernel, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

describe("kernel/protocol", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("protocol");
    kernel = await startKernel(folder.path);
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  const ask = async (type: string, content: Record<string, unknown> = {}) =>
    (await kernel.request(type, content)).content;

  it("says truly what it is", async () => {
    const info = await ask("kernel_info_request");
    const read = (file: string): { version: string } =>
      JSON.parse(fs.readFileSync(path.join(root, file), "utf8")) as { version: string };
    assert.equal(info["implementation"], "fewscope");
    assert.equal(info["implementation_version"], read("package.json").version);
    const language = info["language_info"] as Record<string, unknown>;
    assert.equal(language["name"], "typescript");
    const compiler = createRequire(require.resolve("tslab")).resolve(
      "@tslab/typescript-for-tslab/package.json",
    );
    assert.equal(language["version"], read(path.relative(root, compiler)).version);
    assert.match(String(info["banner"]), new RegExp(`Node.js ${process.version}$`));
  });

  it("completes names, and counts positions as Jupyter does", async () => {
    await kernel.execute("const population = { size: 1, spread: 2 };");
    // The picture is one code point and two UTF-16 units.
    const code = '"😀"; population.s';
    const found = await ask("complete_request", { code, cursor_pos: [...code].length });
    assert.deepEqual([...(found["matches"] as string[])].sort(), ["size", "spread"]);
    assert.deepEqual([found["cursor_start"], found["cursor_end"]], [16, 17]);
  });

  it("tells the type of a name", async () => {
    const found = await ask("inspect_request", {
      code: "const wide = [1, 2].map(String);\nwide",
      cursor_pos: 35,
      detail_level: 0,
    });
    assert.equal(found["found"], true);
    assert.match(JSON.stringify(found["data"]), /const wide: string\[\]/);
    const none = await ask("inspect_request", { code: "   ", cursor_pos: 1, detail_level: 0 });
    assert.deepEqual([none["status"], none["found"]], ["ok", false]);
  });

  it("tells whether a cell is complete", async () => {
    const status = async (code: string): Promise<unknown> =>
      (await ask("is_complete_request", { code }))["status"];
    assert.equal(await status("const a = 1;"), "complete");
    assert.equal(await status("function f() {"), "incomplete");
  });

  it("remembers what ran", async () => {
    await kernel.execute("'remember me'");
    const { history } = await ask("history_request", {
      hist_access_type: "tail",
      n: 1,
      output: false,
      raw: true,
    });
    assert.equal((history as [number, number, string][])[0]?.[2], "'remember me'");
  });

  it("says that it has no comms, and closes one that is opened", async () => {
    assert.deepEqual(await ask("comm_info_request"), { status: "ok", comms: {} });
    const id = kernel.tell("comm_open", { comm_id: "w", target_name: "jupyter.widget", data: {} });
    const closed = await kernel.seen(({ type, parent }) => type === "comm_close" && parent === id);
    assert.equal(closed.content["comm_id"], "w");
    const text = await kernel.seen(({ type, parent }) => type === "stream" && parent === id);
    assert.match(String(text.content["text"]), /no comms, so interactive widgets do not work/);
  });

  it("answers who reads standard input, instead of waiting for ever", async () => {
    const run = await kernel.execute(`import * as readline from "node:readline/promises";
const answer = await readline.createInterface({ input: process.stdin }).question("name? ");`);
    assert.equal(run.reply["status"], "error");
    assert.match(errorOf(run).evalue, /has no standard input/);
  });

  it("refuses a request that it does not know", async () => {
    const answer = await ask("debug_request", { command: "initialize" });
    assert.equal(answer["status"], "error");
    assert.match(String(answer["evalue"]), /does not answer "debug_request"/);
  });

  it("ends when it is told to", async () => {
    const other = await startKernel(folder.path);
    const reply = await other.request("shutdown_request", { restart: false }, "control");
    assert.deepEqual(reply.content, { status: "ok", restart: false });
    await other.exited;
    await other.stop();
  });
});
