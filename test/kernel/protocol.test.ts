import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { printed, root, startKernel, valueOf, type KernelClient } from "./jupyterClient";
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
    assert.equal(language["version"], read("node_modules/typescript/package.json").version);
    assert.match(String(info["banner"]), new RegExp(`Node.js ${process.version}$`));
  });

  it("completes names, and counts positions as Jupyter does", async () => {
    await kernel.execute("const population = { size: 1, spread: 2 };");
    // The picture is one code point and two UTF-16 units.
    const code = '"😀"; population.s';
    const found = await ask("complete_request", { code, cursor_pos: [...code].length });
    assert.deepEqual([...(found["matches"] as string[])].sort(), ["size", "spread"]);
    assert.deepEqual([found["cursor_start"], found["cursor_end"]], [16, 17]);
    const { _jupyter_types_experimental: kinds } = found["metadata"] as Record<string, object[]>;
    assert.deepEqual(kinds[0], { text: "size", type: "property", start: 16, end: 17 });
  });

  for (const [code, matches] of [
    ["[3].toSor", ["toSorted"]],
    ["popul", ["population"]],
    ["Math.cbr", ["cbrt"]],
    ['import { core } from "fewscope";\ncore.createR', ["createRng"]],
    ['import * as fs from "node:fs/pro', ["promises"]],
    ['import x from "./besi', ["beside"]],
    ["const { si", ["size"]],
    ["population.", ["size", "spread"]],
    ["no.such.thing", []],
    ["", undefined],
  ] as const) {
    it(`completes ${JSON.stringify(code)}`, async () => {
      folder.write("beside.ts", "export default 1;\n");
      const text = code === "const { si" ? `${code} } = population;` : code;
      const found = await ask("complete_request", { code: text, cursor_pos: code.length });
      assert.equal(found["status"], "ok");
      if (matches === undefined) assert.ok((found["matches"] as string[]).includes("population"));
      else assert.deepEqual([...(found["matches"] as string[])].sort(), [...matches]);
    });
  }

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

  it("tells what is called while its arguments are written, with what is said of it", async () => {
    const inspect = async (code: string): Promise<string> => {
      const found = await ask("inspect_request", {
        code,
        cursor_pos: code.length,
        detail_level: 0,
      });
      return String((found["data"] as Record<string, unknown>)["text/plain"]);
    };
    await kernel.execute(
      "/** Adds two numbers. @param a the first */\nfunction add(a: number, b = 2) { return a + b; }",
    );
    assert.match(
      await inspect("add(1, "),
      /^add\(a: number, b\?: number\): number\n\nAdds two numbers\./,
    );
    assert.match(await inspect("add"), /function add\(.*\n\nAdds two numbers\./);
    // What packages say of their names is read when it is asked for.
    assert.match(await inspect('"a".toUpperCase'), /Converts all the alphabetic characters/);
    assert.match(await inspect("Math.max("), /Math\.max|max\(\.\.\.values: number\[\]\): number/);
  });

  it("shows a page about a name with a question mark", async () => {
    for (const code of ["add?", "?add", " population ? "]) {
      const { reply } = await kernel.execute(code);
      const [page] = reply["payload"] as { source: string; data: Record<string, string> }[];
      assert.equal(page.source, "page");
      assert.match(page.data["text/plain"], /add\(a: number|population: \{/);
    }
  });

  for (const [code, status] of [
    ["const a = 1;", "complete"],
    ["const id = <T>(x: T) => x;", "complete"],
    ["const v = <number>5;", "complete"],
    ["await fetch('x')\n", "complete"],
    ["function f() {", "incomplete"],
    ["const t = `two", "incomplete"],
    ["/* not yet", "incomplete"],
    ["[1, 2,", "incomplete"],
    ["1 +", "incomplete"],
    ["if (true)", "incomplete"],
    ["try {}", "incomplete"],
    ["class A extends B {\n  m() {", "incomplete"],
    ["const x = ;", "invalid"],
    ["} else {", "invalid"],
    ["'open", "invalid"],
    ["const const", "invalid"],
    ["", "complete"],
  ] as const) {
    it(`says that ${JSON.stringify(code)} is ${status}`, async () => {
      const found = await ask("is_complete_request", { code });
      assert.equal(found["status"], status);
      if (status === "incomplete" && code.endsWith("{"))
        assert.equal(found["indent"], code.includes("m()") ? "    " : "  ");
    });
  }

  it("remembers what ran, and not what is not to be remembered", async () => {
    const history = async (content: Record<string, unknown>): Promise<unknown> =>
      (await ask("history_request", { output: false, raw: true, ...content }))["history"];
    for (const code of ["6 * 7", "6 * 7", "'remember me'"]) await kernel.execute(code);
    await kernel.execute("'secret'", { store_history: false });
    const [[session, line, code]] = (await history({ hist_access_type: "tail", n: 1 })) as [
      number,
      number,
      string,
    ][];
    assert.equal(code, "'remember me'");
    const search = { hist_access_type: "search", pattern: "6 ?*" };
    assert.deepEqual(await history(search), [
      [session, line - 2, "6 * 7"],
      [session, line - 1, "6 * 7"],
    ]);
    assert.deepEqual(await history({ ...search, unique: true }), [[session, line - 1, "6 * 7"]]);
    assert.deepEqual(await history({ ...search, n: 1, output: true }), [
      [session, line - 1, ["6 * 7", "42"]],
    ]);
    assert.deepEqual(
      await history({ hist_access_type: "range", session, start: line, stop: line + 1 }),
      [[session, line, "'remember me'"]],
    );
    assert.deepEqual(await history({ hist_access_type: "search", pattern: "*secret*" }), []);
  });

  it("evaluates what a client wants to know after a cell", async () => {
    const expressions = {
      good: "mine + 1",
      wrong: "nothing",
      thrown: "JSON.parse('{')",
      rich: "shown",
    };
    const { reply, messages } = await kernel.execute(
      "const mine = 1; const shown = { [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>' }) };",
      { user_expressions: expressions },
    );
    const answers = reply["user_expressions"] as Record<string, Record<string, unknown>>;
    assert.deepEqual(answers["good"], { status: "ok", data: { "text/plain": "2" }, metadata: {} });
    assert.deepEqual(answers["rich"]["data"], { "text/html": "<b>" });
    assert.deepEqual(
      [answers["wrong"]["status"], answers["thrown"]["ename"]],
      ["error", "SyntaxError"],
    );
    assert.ok(!messages.some(({ type }) => type === "execute_result"));
  });

  it("clears what a cell has shown", async () => {
    const run = await kernel.execute(`console.log("old"); console.clear(); console.log("new");
import { notebook } from "fewscope";\nnotebook.clear({ wait: true });`);
    const kinds = run.messages.map(({ type, content }) =>
      type === "clear_output" ? content : type,
    );
    assert.deepEqual(kinds, [
      ...["status", "execute_input", "stream", { wait: false }, "stream", { wait: true }, "status"],
    ]);
  });

  it("serves a second client with a session of its own", async () => {
    const second = await kernel.connect();
    const [mine, theirs] = await Promise.all([
      kernel.execute("let shared = 1; console.log('first'); shared"),
      second.execute("console.log('second'); 2"),
    ]);
    assert.deepEqual([printed(mine), valueOf(mine)], ["first\n", "1"]);
    assert.deepEqual([printed(theirs), valueOf(theirs)], ["second\n", "2"]);
    await second.execute("shared = 5;");
    assert.equal(valueOf(await kernel.execute("shared")), "5");
    const welcome = await second.seen(({ type }) => type === "iopub_welcome");
    assert.deepEqual(welcome.content, { subscription: "" });
    second.disconnect();
  });

  it("refuses a request that it does not know", async () => {
    const answer = await ask("debug_request", { command: "initialize" });
    assert.equal(answer["status"], "error");
    assert.match(String(answer["evalue"]), /does not answer "debug_request"/);
  });

  for (const [what, code] of [
    ["idle", ""],
    ["in a loop", "while (true);"],
    ["waiting for a child", 'require("node:child_process").execSync("sleep 60");'],
    ["printing", 'setInterval(() => console.log("x".repeat(1e5)), 1);'],
    ["printing more than is taken", 'setInterval(() => console.log("x".repeat(5e6)), 1);'],
  ] as const) {
    it(`ends when it is told to, ${what}, with code 0 and without a word`, async () => {
      const other = await startKernel(folder.path);
      try {
        if (code !== "") {
          const cell = other.start(`console.log("go");\n${code}`);
          await cell.seen(({ type }) => type === "stream");
        }
        const reply = await other.request("shutdown_request", { restart: false }, "control");
        assert.deepEqual(reply.content, { status: "ok", restart: false });
        assert.deepEqual([await other.exited, other.log()], [0, ""]);
      } finally {
        await other.stop();
      }
    });
  }
});
