import * as fs from "node:fs";
import { outputProblems, printedText, type Cell, type Notebook } from "./notebook";
import {
  notebookFile,
  notebookNames,
  prepareJupyter,
  readNotebook,
  runNotebook,
} from "./runNotebook";

/*
 * Runs notebooks and keeps what they show:
 *   node --import tsx test/notebooks/update.ts [--fast] [NAME...]
 * First with FEWSCOPE_FAST=1, whose printed numbers are noted for the test; then in full, whose outputs are what a reader sees.
 * --fast leaves the second part out. Look at the result before it is committed.
 */

async function update(name: string, fastOnly: boolean): Promise<void> {
  const jupyter = await prepareJupyter();
  const file = notebookFile(name);
  const fast = await runNotebook(name, jupyter, { fast: true });
  check(name, fast.notebook, fast.log);
  const kept = readNotebook(file);
  eachCode(kept, fast.notebook, (cell, ran) => {
    const printed = printedText(ran);
    if (printed !== "") cell.metadata.fewscope = { ...cell.metadata.fewscope, fast: printed };
    else delete cell.metadata.fewscope;
  });
  if (!fastOnly) {
    const full = await runNotebook(name, jupyter, { fast: false });
    check(name, full.notebook, full.log);
    eachCode(kept, full.notebook, (cell, ran) => {
      cell.outputs = ran.outputs ?? [];
      cell.execution_count = ran.execution_count ?? null;
    });
  }
  fs.writeFileSync(file, `${JSON.stringify(kept, undefined, 1)}\n`);
  process.stdout.write(`${name}: done, ${Math.round(fs.statSync(file).size / 1000)} kB\n`);
}

function eachCode(kept: Notebook, ran: Notebook, act: (cell: Cell, ran: Cell) => void): void {
  kept.cells.forEach((cell, i) => {
    const other = ran.cells[i];
    if (cell.cell_type === "code" && other !== undefined) act(cell, other);
  });
}

function check(name: string, notebook: Notebook, log: string): void {
  const problems = outputProblems(notebook);
  if (problems.length > 0) throw new Error(`${name}: ${problems.join("; ")}\n${log}`);
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const names = words.filter((word) => !word.startsWith("--"));
  for (const name of names.length === 0 ? notebookNames : names)
    await update(name, words.includes("--fast"));
}

void main();
