import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { errorOf, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";
import { createWire } from "../../src/kernel/wire";

const half = '"😀"[0]';

describe("kernel/unicode", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("unicode");
    kernel = await startKernel(folder.path);
    await kernel.execute('import { notebook } from "fewscope";');
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  for (const [what, code] of [
    ["stdout", `console.log("half: " + ${half});`],
    ["stderr", `console.error(${half}, "😀"[1]);`],
    ["an error", `throw new Error("half " + ${half});`],
    ["a thrown text", `throw ${half};`],
    ["the name of an error", `throw Object.assign(new Error("x"), { name: ${half} });`],
    ["a value", `${half}`],
    ["a table", `notebook.table([{ [${half}]: ${half} }]);`],
    [
      "a value that shows itself",
      `({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": ${half}, "application/json": { a: [${half}] } }) })`,
    ],
    [
      "a comm",
      `(globalThis as any)[Symbol.for("fewscope.kernel")].comms.open(${half}, { a: ${half} });`,
    ],
    ["a type error", `const n: number = "\\ud83d";`],
    ["a cell itself", `"\ud83d".length // \udc00`],
  ] as const) {
    it(`sends U+FFFD for half a character in ${what}`, async () => {
      const run = await kernel.execute(code);
      const sent = JSON.stringify([run.reply, run.messages.map(({ content }) => content)]);
      // A half stands as an escape in JSON.
      assert.doesNotMatch(sent, /(?<!\\)(?:\\\\)*\\ud[89a-f]/i);
      if (what !== "a value" && what !== "a type error") assert.match(sent, /\ufffd/);
    });
  }

  it("leaves whole characters and what looks like a half alone", async () => {
    assert.equal(valueOf(await kernel.execute('"😀\\\\ud83d" + "é"')), "'😀\\\\ud83dé'");
    const wire = createWire("", "hmac-sha256");
    const sent = (content: object): unknown => {
      const frames = wire
        .encode({ identities: [], type: "t", content })
        .map((part) => Buffer.from(part));
      return wire.decode(frames).content;
    };
    for (const text of ["😀", "\\ud83d", "\\\\ud83d", "\\", '"\\ud83d', "\u0000\ufffd", "𝒳y"])
      assert.deepEqual(sent({ [text]: text }), { [text]: text });
    assert.deepEqual(sent({ a: "\ud83dx\\\udc00" }), { a: "\ufffdx\\\ufffd" });
  });

  for (const [what, code, name] of [
    ["a number for a name", "throw Object.assign(new Error('m'), { name: 5 });", "5"],
    [
      "an object for a message",
      "const e = new Error(); Object.defineProperty(e, 'message', { value: { a: 1 } }); throw e;",
      "Error",
    ],
    [
      "a symbol for a message",
      "throw Object.assign(new Error('m'), { message: Symbol('s') });",
      "Error",
    ],
    [
      "nothing for a name",
      "throw Object.assign(new Error('m'), { name: undefined });",
      "undefined",
    ],
    [
      "a name that throws",
      "throw Object.defineProperty(new Error('m'), 'name', { get() { throw 1; } });",
      "something that cannot be shown",
    ],
    [
      "a stack that throws",
      "throw Object.defineProperty(new Error('m'), 'stack', { get() { throw 1; } });",
      "Error",
    ],
    [
      "a cause that throws",
      "throw Object.defineProperty(new Error('m'), 'cause', { get() { throw 1; } });",
      "Error",
    ],
    ["no error at all", "throw { a: 1 };", "Thrown"],
    ["nothing", "throw undefined;", "Thrown"],
    [
      "a revoked proxy",
      "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;",
      "Thrown",
    ],
    ["an object without a prototype", "throw Object.create(null);", "Thrown"],
  ] as const) {
    it(`tells ${what} as text`, async () => {
      const run = await kernel.execute(code);
      const { ename, evalue, traceback } = run.reply as Record<string, unknown>;
      assert.equal(run.reply["status"], "error");
      assert.deepEqual([ename, typeof evalue], [name, "string"], errorOf(run).traceback);
      assert.ok((traceback as unknown[]).every((line) => typeof line === "string"));
    });
  }

  it("leaves nothing behind", () => {
    const own = fs
      .readdirSync(os.tmpdir())
      .filter((name) => /^fewscope-[A-Za-z0-9]{6}$/.test(name));
    const pipes = own.filter((name) => fs.existsSync(path.join(os.tmpdir(), name, "out")));
    assert.deepEqual(pipes, []);
  });
});
