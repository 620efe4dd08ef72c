import assert from "node:assert/strict";
import { errorOf, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

describe("kernel/cells", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("cells");
    kernel = await startKernel(folder.path);
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  const value = async (code: string): Promise<unknown> => {
    const run = await kernel.execute(code);
    assert.equal(run.reply["status"], "ok", errorOf(run).traceback);
    return valueOf(run);
  };

  it("understands { name } of a name from an earlier cell", async () => {
    await value("const width = 8;\nlet depth = 10;\nconst inner = { a: 1 };");
    assert.equal(
      await value("JSON.stringify({ width, depth, inner: { ...inner, width } })"),
      `'{"width":8,"depth":10,"inner":{"a":1,"width":8}}'`,
    );
    assert.equal(
      await value("const ask = ({ width }: { width: number }) => width; ask({ width })"),
      "8",
    );
  });

  it("keeps { name } of the cell's own names, and assigns to earlier ones through it", async () => {
    assert.equal(
      await value("{ const width = 3; console.log(JSON.stringify({ width })); }\nwidth"),
      "8",
    );
    assert.equal(await value("({ depth } = { depth: 18 });\ndepth"), "18");
    assert.equal(await value("({ depth = 34 } = {} as { depth?: number });\ndepth"), "34");
  });
});
