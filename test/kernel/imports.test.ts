import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { errorOf, root, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

describe("kernel/imports", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("imports");
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

  it("finds fewscope by its name, with its types", async () => {
    assert.equal(
      await value('import { core } from "fewscope";\ncore.createRng(1).integer(1)'),
      "0",
    );
    const wrong = await kernel.execute('core.createRng("one")');
    assert.match(errorOf(wrong).traceback, /error TS2345/);
  });

  it("finds each room of the library as a sub-path, and nothing else", async () => {
    const index = fs.readFileSync(path.join(root, "src", "index.ts"), "utf8");
    const rooms = Array.from(index.matchAll(/as (\w+) from/g), ([, room]) => room);
    assert.ok(rooms.length > 10);
    const lines = rooms.map((room) => `import * as ${room}_ from "fewscope/${room}";`);
    const names = rooms.map((room) => `${room}_`).join(", ");
    assert.equal(
      await value(`${lines.join("\n")}\n[${names}].every((room) => typeof room === "object")`),
      "true",
    );
    for (const closed of ["kernel", "cli", "core/hash"]) {
      const run = await kernel.execute(`import * as closed from "fewscope/${closed}";\nclosed`);
      assert.match(errorOf(run).evalue, /Cannot find module/, closed);
    }
  });

  it("is the same library under every name", async () => {
    assert.equal(
      await value(
        'import { core as c1 } from "fewscope";\nimport { InputError } from "fewscope/core";\nInputError === c1.InputError',
      ),
      "true",
    );
  });

  it("takes TypeScript beside and above the notebook, with and without its extension", async () => {
    folder.write("beside.ts", "export const beside: number = 1;\n");
    folder.write("../above.ts", "export const above: number = 2;\n");
    folder.write("data.json", '{ "n": 4 }');
    assert.equal(
      await value(`import { beside } from "./beside";
import { above } from "../above.ts";
import { beside as again } from "./beside.js";
import data from "./data.json";
beside + above + again + data.n`),
      "8",
    );
  });

  it("sees a changed file, and a changed file behind it, when a cell imports again", async () => {
    folder.write("low.ts", "export const low = 1;\n");
    folder.write("high.ts", 'import { low } from "./low";\nexport const high = low * 10;\n');
    assert.equal(await value('import { high } from "./high";\nhigh'), "10");
    folder.write("low.ts", "export const low = 22;\n");
    assert.equal(await value('import { high } from "./high";\nhigh'), "220");
    folder.write("high.ts", 'import { low } from "./low";\nexport const high = `high ${low}`;\n');
    assert.equal(await value('import { high } from "./high";\nhigh.toUpperCase()'), "'HIGH 22'");
  });

  it("finds fewscope from a folder outside the project too", async () => {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-outside-"));
    const other = await startKernel(outside);
    try {
      const run = await other.execute('import { core } from "fewscope";\ntypeof core.createRng');
      assert.equal(valueOf(run), "'function'", errorOf(run).traceback);
    } finally {
      await other.stop();
      fs.rmSync(outside, { recursive: true });
    }
  });
});
