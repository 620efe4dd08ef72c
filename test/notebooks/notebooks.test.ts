import assert from "node:assert/strict";
import * as fs from "node:fs";
import { difference, outputProblems, printedText, textOf, type Cell } from "./notebook";
import {
  dataFolder,
  isSolution,
  notebookFile,
  notebookNames,
  prepareJupyter,
  readNotebook,
  runNotebook,
  runOnStockKernel,
  type Jupyter,
} from "./runNotebook";

const again = (name: string): string =>
  `if that is meant, run node --import tsx test/notebooks/update.ts ${name} and look at the notebook`;

/** Notebooks that need data which is not part of the project. */
const needsData: ReadonlySet<string> = new Set(["04-label-efficiency"]);

describe("notebooks to learn from", () => {
  const cellsOf = (name: string): readonly Cell[] => readNotebook(notebookFile(name)).cells;

  for (const name of notebookNames) {
    it(`${name} has code cells of less than 15 lines`, () => {
      const long = cellsOf(name).filter(
        ({ cell_type: type, source }) =>
          type === "code" && textOf(source).trimEnd().split("\n").length >= 15,
      );
      assert.deepEqual(
        long.map(({ id }) => id),
        [],
      );
    });
  }

  for (const name of notebookNames.slice(0, 10)) {
    it(`${name} has an exercise whose solution is hidden`, () => {
      const texts = cellsOf(name).map(({ source }) => textOf(source));
      const [exercise, ...more] = texts.filter((text) => text.includes("## Exercise"));
      assert.equal(more.length, 0);
      assert.match(exercise, /<details>\n<summary>Solution<\/summary>\n\n```ts\n[^]+```\n\n[^]+<\/details>$/); // prettier-ignore
    });
  }
});

describe("notebooks", function () {
  this.timeout(900_000);
  let jupyter: Jupyter;

  describe("run on our kernel", () => {
    before(async function () {
      try {
        jupyter = await prepareJupyter();
      } catch (error) {
        const { name, message } = error as Error;
        // Where submissions are checked everything is there, or can be fetched.
        if (name !== "Problem" || process.env["CI"]) throw error;
        process.stdout.write(`      notebooks are not run: ${message}\n`);
        this.skip();
      }
    });

    for (const name of notebookNames) {
      it(`${name} runs from top to bottom and prints what it printed before`, async function () {
        if (needsData.has(name) && dataFolder() === undefined) {
          process.stdout.write(`      ${name} is not run: FEWSCOPE_DATA names no folder of data\n`);
          this.skip();
        }
        const { notebook, log } = await runNotebook(name, jupyter, {
          fast: true,
          solutions: true,
        });
        assert.deepEqual(outputProblems(notebook), [], log);
        const kept = readNotebook(notebookFile(name)).cells;
        notebook.cells
          .filter((cell) => !isSolution(cell))
          .forEach((cell, i) => {
            const notes = kept[i]?.metadata.fewscope ?? {};
            if (notes.needsData === true && dataFolder() === undefined) return;
            const differs = difference(printedText(cell), notes.fast ?? "", notes.tolerance);
            assert.equal(differs, undefined, `${cell.id}: ${differs}\n${again(name)}`);
          });
      });
    }
  });

  describe("run on the stock tslab kernel too", () => {
    before(async function () {
      try {
        jupyter = await prepareJupyter();
      } catch (error) {
        if ((error as Error).name !== "Problem" || process.env["CI"]) throw error;
        this.skip();
      }
    });

    for (const name of ["01-quickstart", "02-augmentations"]) {
      it(`${name} runs there from top to bottom`, async () => {
        const { notebook, log, ok } = await runOnStockKernel(name, jupyter);
        assert.ok(ok, log);
        assert.deepEqual(outputProblems(notebook), [], log);
      });
    }
  });

  for (const name of notebookNames) {
    it(`${name} is committed as a whole run, small, with figures that show everywhere`, () => {
      const notebook = readNotebook(notebookFile(name));
      assert.deepEqual(outputProblems(notebook), []);
      const code = notebook.cells.filter((cell) => cell.cell_type === "code");
      assert.ok(code.length > 3 && code.length < 16, `${code.length} cells`);
      const counts = code.map((cell) => cell.execution_count);
      assert.deepEqual(
        counts,
        [...code.keys()].map((i) => i + 1),
      );
      assert.ok(fs.statSync(notebookFile(name)).size < 1e6, again(name));
      const shown = JSON.stringify(code.map((cell) => cell.outputs));
      assert.doesNotMatch(shown, /\/(?:home|root|Users|work|tmp)\//, "a path of one machine");
    });
  }
});

describe("notebooks/difference", () => {
  it("takes the same words with numbers within the tolerance", () => {
    assert.equal(
      difference("loss  0.50\n---- -----", "loss 0.52\n----  ---", { absolute: 0.03 }),
      undefined,
    );
    assert.equal(difference("1000 images", "1000.4 images"), undefined);
    assert.equal(difference("(p < 0.001)", "(p = 0.002)", { absolute: 0.01 }), undefined);
  });

  it("tells numbers beyond it, other words, and numbers that are missing", () => {
    assert.match(difference("loss 0.5", "loss 0.6", { absolute: 0.05 }) ?? "", /0\.5 and not 0\.6/);
    assert.match(difference("loss NaN", "loss 0.6", { absolute: 9 }) ?? "", /NaN/);
    assert.match(difference("5 images", "6 images") ?? "", /5 and not 6/);
    assert.match(difference("a 1", "a 1\nb 2") ?? "", /and not/);
  });

  it("finds errors, and figures without a picture", () => {
    const cell = (outputs: object[]): object => ({ id: "c", cell_type: "code", outputs });
    const problems = (outputs: object[]): string[] =>
      outputProblems({ cells: [cell(outputs)], metadata: {} } as never);
    const figure = { "application/vnd.plotly.v1+json": {}, "text/plain": "Figure" };
    const failed = { output_type: "error", ename: "E", evalue: "v" };
    assert.deepEqual(problems([failed]), ["c failed: E: v"]);
    assert.deepEqual(problems([{ output_type: "display_data", data: figure }]), [
      "c shows a figure without image/png",
    ]);
    const whole = { ...figure, "image/png": "iVBO" };
    assert.deepEqual(problems([{ output_type: "display_data", data: whole }]), []);
  });
});
