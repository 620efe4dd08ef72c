import assert from "node:assert/strict";
import * as vm from "node:vm";
import * as ts from "typescript";
import { errorOf, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";
import { randomSession } from "./randomSession";

const sessions = 300;
/** Kernels that share the sessions. */
const kernels = 2;

/** What the program leaves. */
function runProgram(program: string): unknown[] {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(program, { compilerOptions: options });
  const script = `"use strict"; (() => { ${outputText}; return results; })()`;
  return Array.from(vm.runInNewContext(script) as unknown[]);
}

describe("kernel/sessions", function () {
  this.timeout(600_000);
  let folder: NotebookFolder;
  let clients: KernelClient[] = [];
  before(async () => {
    folder = makeNotebookFolder("sessions");
    clients = await Promise.all(Array.from({ length: kernels }, () => startKernel(folder.path)));
  });
  after(async () => {
    for (const client of clients) await client.stop();
    folder.remove();
  });

  /** What each cell gives, as the program says it. */
  async function runCells(kernel: KernelClient, cells: readonly string[]): Promise<string[]> {
    const results: string[] = [];
    for (const code of cells) {
      const run = await kernel.execute(code, { stop_on_error: false });
      const { evalue, traceback } = errorOf(run);
      if (run.reply["status"] === "ok") results.push(String(valueOf(run)).slice(1, -1));
      else results.push(evalue === "stop" ? "failed" : traceback);
    }
    return results;
  }

  it(`gives in ${sessions} random sessions what one plain program gives`, async () => {
    const one = async (kernel: KernelClient, own: number): Promise<void> => {
      for (let seed = own; seed < sessions; seed += kernels) {
        const { cells, program } = randomSession(seed + 1, `s${seed}_`);
        const wanted = runProgram(program);
        const shown = `session ${seed}:\n${cells.join("\n---\n")}`;
        assert.deepEqual(await runCells(kernel, cells), wanted, shown);
      }
    };
    await Promise.all(clients.map(one));
  });

  it("draws sessions in which much happens", () => {
    const all = Array.from({ length: sessions }, (_, seed) => randomSession(seed + 1, "s_"));
    const cells = all.flatMap((session) => session.cells);
    const share = (fits: RegExp): number =>
      cells.filter((cell) => fits.test(cell)).length / cells.length;
    for (const [kind, least] of [
      [/^let /m, 0.1],
      [/^const \w+ = \(\) =>/m, 0.1],
      [/^function /m, 0.1],
      [/^class /m, 0.1],
      [/^namespace /m, 0.1],
      [/^throw /m, 0.1],
      [/push\(/, 0.02],
      [/\+\+;$/m, 0.02],
    ] as const)
      assert.ok(share(kind) > least, `${kind}: ${share(kind)}`);
    const again = all.filter((session) => new Set(session.cells).size < session.cells.length);
    assert.ok(again.length > 20, `${again.length} sessions run the very same cell again`);
  });
});
