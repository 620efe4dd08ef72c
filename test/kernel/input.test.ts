import assert from "node:assert/strict";
import { errorOf, printed, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import type { Content } from "./connection";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

describe("kernel/input", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  let asked: Content[] = [];
  before(async () => {
    folder = makeNotebookFolder("input");
    kernel = await startKernel(folder.path);
    await kernel.execute(
      'import { notebook } from "fewscope";\nimport * as readline from "node:readline/promises";',
    );
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });
  beforeEach(() => {
    asked = [];
    const answers = ["Ada", "Grace", "Edsger"];
    kernel.answer((question) => {
      asked.push(question);
      return answers.shift() ?? "";
    });
  });

  it("asks the person in front of the notebook", async () => {
    const run = await kernel.execute(
      '[await notebook.ask("Name?"), await notebook.ask("Word", { password: true })].join()',
    );
    assert.equal(valueOf(run), "'Ada,Grace'", errorOf(run).traceback);
    assert.deepEqual(asked, [
      { prompt: "Name?", password: false },
      { prompt: "Word", password: true },
    ]);
  });

  it("asks one question at a time", async () => {
    const run = await kernel.execute(
      '(await Promise.all(["a", "b"].map((q) => notebook.ask(q)))).join()',
    );
    assert.equal(valueOf(run), "'Ada,Grace'");
  });

  it("gives a line of standard input for each question, and asks for no more", async () => {
    const run =
      await kernel.execute(`const lines = readline.createInterface({ input: process.stdin, output: process.stdout });
const first = await lines.question("first? ");
const second = await lines.question("second? ");
lines.close();
[first, second].join()`);
    assert.equal(valueOf(run), "'Ada,Grace'", errorOf(run).traceback);
    assert.equal(printed(run), "first? second? ");
    assert.equal(asked.length, 2);
    const again =
      await kernel.execute(`const other = readline.createInterface({ input: process.stdin, output: process.stdout });
const third = await other.question("third? ");
other.close();
third`);
    assert.equal(valueOf(again), "'Edsger'", errorOf(again).traceback);
  });

  for (const [what, code] of [
    ["notebook.ask", 'await notebook.ask("Name?")'],
    [
      "standard input",
      'await readline.createInterface({ input: process.stdin }).question("name? ")',
    ],
    ["the host", 'await (globalThis as any)[Symbol.for("fewscope.kernel")].ask("x")'],
  ]) {
    it(`refuses ${what} where the client takes no questions, instead of waiting for ever`, async () => {
      const run = await kernel.execute(code, { allow_stdin: false });
      assert.equal(run.reply["status"], "error");
      assert.match(errorOf(run).evalue, /Give the value in the code/);
      assert.deepEqual(asked, []);
    });
  }

  it("can be interrupted while it waits for an answer", async () => {
    let open = (): void => undefined;
    const isAsked = new Promise<void>((done) => (open = done));
    kernel.answer(() => {
      open();
      return "late";
    });
    const cell = kernel.start("await new Promise(() => void notebook.ask('never read'));");
    await isAsked;
    await kernel.request("interrupt_request", {}, "control");
    assert.equal(errorOf(await cell.done).ename, "Interrupted");
    assert.equal(valueOf(await kernel.execute("1 + 1")), "2");
  });
});
