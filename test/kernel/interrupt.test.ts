import assert from "node:assert/strict";
import { errorOf, printed, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

/** Cells that never end by themselves; each says "go" when it is there. */
const endless: Readonly<Record<string, string>> = {
  "a loop": "while (true) counter++;",
  "a loop that catches everything": "while (true) { try { while (true) counter++; } catch {} }",
  "a loop that prints": 'while (true) console.log("x".repeat(100));',
  "a loop after an await": "await 0;\nwhile (true) {}",
  "a promise that never ends": "await new Promise(() => {});",
  "a loop that awaits timers":
    'for (;;) { await new Promise((r) => setTimeout(r, 1)); console.log("tick"); }',
  "a loop that awaits what is there": "while (true) await 0;",
  "timers that start timers":
    'const again = (): void => { console.log("again"); setTimeout(again, 1); };\nagain();\nawait new Promise(() => {});',
  "a loop in a timer": "setTimeout(() => { while (true) {} }, 1);\nawait new Promise(() => {});",
  "a loop in the second of two immediates":
    "setImmediate(() => {});\nsetImmediate(() => { while (true) {} });\nawait new Promise(() => {});",
};

const simclr = `
import { augment, figures, notebook, pretrain, simulate, core } from "fewscope";
const images = simulate.images({ trainScans: 2, testScans: 1 });
let told = 0;
await pretrain.simclr({ views: augment.grey.views(), epochs: 1_000_000, batchSize: 8 })(images, core.createRng(1), {
  report: () => { if (++told === 1) console.log("go"); },
  signal: notebook.progress().signal,
});`;

describe("kernel/interrupt", function () {
  this.timeout(120_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("interrupt");
    kernel = await startKernel(folder.path);
    await kernel.execute("let counter = 1;");
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  /** Interrupts a cell that said "go", and gives the milliseconds until the kernel has run another one. */
  async function stops(code: string): Promise<number> {
    const cell = kernel.start(code);
    const said = await Promise.race([
      cell.seen(({ type }) => type === "stream"),
      cell.done.then((run) => assert.fail(errorOf(run).traceback)),
    ]);
    assert.match(String(said.content["text"]), /go/);
    const asked = performance.now();
    const [run] = await Promise.all([
      cell.done,
      kernel.request("interrupt_request", {}, "control"),
    ]);
    assert.equal(run.reply["status"], "error");
    assert.equal(valueOf(await kernel.execute("counter > 0")), "true");
    const took = performance.now() - asked;
    // What the cell still had under way gets its turns now.
    await kernel.execute(
      "for (let i = 0; i < 30; i++) await new Promise((r) => setTimeout(r, 1));",
    );
    const own = kernel.messages.filter(({ parent }) => parent === cell.id);
    assert.deepEqual(own.at(-1)?.content, { execution_state: "idle" }, "it went on after its end");
    return took;
  }

  for (const [what, code] of Object.entries(endless)) {
    it(`stops ${what}, keeps the variables and shows nothing more of it`, async () => {
      await stops(`console.log("go");\n${code}`);
    });
  }

  it("stops each of several cells that follow each other at once", async () => {
    for (let cell = 0; cell < 6; cell++) {
      const run = kernel.start('console.log("go"); await new Promise(() => {});');
      await run.seen(({ type }) => type === "stream");
      void kernel.request("interrupt_request", {}, "control");
      assert.equal(errorOf(await run.done).ename, "Interrupted");
    }
  });

  it("says where the cell was", async () => {
    const cell = kernel.start('console.log("go");\n\nwhile (true) {\n  counter++;\n}');
    await cell.seen(({ type }) => type === "stream");
    void kernel.request("interrupt_request", {}, "control");
    const { ename, evalue } = errorOf(await cell.done);
    assert.equal(ename, "Interrupted");
    assert.match(evalue, /interrupted at Cell \[\d+\], line [34]\. Its variables are kept/);
  });

  it("lets code that knows the signal end by itself", async () => {
    const cell = kernel.start(`
const { signal } = (globalThis as any)[Symbol.for("fewscope.kernel")];
console.log("go");
while (!signal.aborted) await new Promise((r) => setImmediate(r));
console.log("saved");
throw signal.reason;`);
    await cell.seen(({ type }) => type === "stream");
    void kernel.request("interrupt_request", {}, "control");
    const run = await cell.done;
    assert.equal(printed(run), "go\nsaved\n");
    assert.equal(errorOf(run).ename, "Interrupted");
  });

  it("stops fewscope's own pretraining, and shows a figure next", async () => {
    const took = await stops(simclr);
    // The goal is two seconds on a machine of its own; this bound only catches a run that is not stopped at all.
    assert.ok(took < 10_000, `${took} ms`);
    const run = await kernel.execute(
      "await notebook.show(figures.imageGrid(images, { columns: 2 }));",
    );
    assert.equal(run.reply["status"], "ok", errorOf(run).traceback);
    const shown = run.messages.find(({ type }) => type === "display_data");
    assert.deepEqual(Object.keys(shown?.content["data"] ?? {}).sort(), [
      "application/vnd.plotly.v1+json",
      "image/png",
      "text/plain",
    ]);
  });

  it("drops the cells that wait, and takes an interrupt when nothing runs", async () => {
    const cell = kernel.start('console.log("go"); while (true) {}');
    await cell.seen(({ type }) => type === "stream");
    const waiting = kernel.start("1");
    const reply = kernel.request("interrupt_request", {}, "control");
    assert.equal((await cell.done).reply["status"], "error");
    assert.equal((await waiting.done).reply["status"], "aborted");
    assert.equal((await reply).content["status"], "ok");
    await kernel.request("interrupt_request", {}, "control");
    assert.equal(valueOf(await kernel.execute("1 + 1")), "2");
  });
});
