/*
 * What fewscope's speed is, in one table: every row against its peer in one run, in turn and each in a process of its own, the median of five rounds; with
 * what is asked of it and whether it was reached. `npm run bench -- all --help` lists the options; `npm run bench -- peers` sets the peers up.
 *
 * Rows are kept in the folder as they are done, so that a second run goes on. Needs a quiet machine.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { checkInteger, hasBrainFloats, InputError, writeFileAtomically } from "../../src/core";
import { showProgress } from "../../src/cli/showProgress";
import { machineName } from "../../src/study/store/timings";
import { madeWhere } from "../fixtures/keptTimings";
import { runtimePart } from "../runtime/project";
import { projectFolder } from "../sourceImports";
import { chosenByName } from "./chosenByName";
import { cifarZip } from "./cifarZip";
import { madeScan } from "./madeScan";
import { measureRow, runWay, type Places } from "./speed/measure";
import { isWhole, keepMeasured, readMeasured, rowKey, type Measured } from "./speed/measured";
import { peersPython, peerVersions } from "./speed/peersEnvironment";
import { type Row } from "./speed/row";
import { cifarWord, scanWord, speedRows } from "./speed/rows";
import { lineOf, tableCsv, tableText, type Line } from "./speed/table";

const { stopOnSignals } = runtimePart("stopOnSignals.js") as { stopOnSignals: () => () => void };

/** What the command line asks for. */
interface Wanted {
  readonly rounds: number;
  readonly quick: boolean;
  readonly out: string;
  readonly keep: boolean;
  readonly python: string | undefined;
  readonly rows: readonly Row[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
  /** As it is typed, to do the same again. */
  readonly command: string;
}

function wanted(): Wanted {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      compiled: { type: "boolean", default: false },
      python: { type: "string" },
      out: { type: "string", default: path.join("runs", "speed") },
      keep: { type: "boolean", default: false },
    },
  });
  const { quick, full, compiled, only, keep, out } = values;
  const rounds = checkInteger("--rounds", Number(values.rounds ?? (quick ? 1 : 5)), { min: 1 });
  if (keep && (quick || rounds < 5))
    throw new InputError({
      got: `--keep with ${quick ? "--quick" : `--rounds ${rounds}`}`,
      expected: "numbers worth keeping, of five rounds",
      todo: "Leave one of them out.",
    });
  const all = speedRows({ full, compiled, quick, mixed: hasBrainFloats() });
  const chosen = chosenByName(all, only, { what: "row", more: " (more with --full)" });
  if (!fs.existsSync(path.join(projectFolder, "dist", "index.js")))
    throw new InputError({
      got: "a fewscope that is not built",
      expected: "what users run, since that is what is measured",
      todo: "Run `npm run build`, then this again.",
    });
  const withData = chosen.filter(({ name }) => name !== "study" || fs.existsSync(cifarZip()));
  const python = values.python ?? peersPython();
  const notes = [
    ...peerNotes(python),
    ...(withData.length < chosen.length
      ? ["The whole study is left out: no folder with CIFAR-10 is named by FEWSCOPE_DATA."]
      : []),
    ...(quick ? ["--quick: the numbers mean nothing, they show that all runs."] : []),
  ];
  const flags = { full, compiled, quick };
  const words = Object.entries(flags).flatMap(([name, on]) => (on ? [` --${name}`] : []));
  const command = `npm run -s bench -- all${words.join("")}${only.length === 0 ? "" : ` --only ${only.join(" ")}`}`; // prettier-ignore
  return { rounds, quick, out, keep, python, rows: withData, notes, command };
}

/** What the peers are, or that there are none. */
function peerNotes(python: string | undefined): string[] {
  if (python === undefined)
    return [
      "Without its peers: fewscope's own numbers alone. `npm run bench -- peers` sets the peers up.",
    ];
  const versions = [...peerVersions(python)];
  const there = versions.flatMap(([name, version]) => version === undefined ? [] : [`${name} ${version}`]); // prettier-ignore
  const missing = versions.flatMap(([name, version]) => (version === undefined ? [name] : []));
  return [
    `Peers: ${there.length === 0 ? "none" : there.join(", ")}${missing.length === 0 ? "" : `; this Python lacks ${missing.join(", ")}`}.`,
  ];
}

/** A word where others use the machine: threads that wait for each other lose far more by it than others do. */
function loadNotes(load: number, cores: number): string[] {
  if (load < cores / 4) return [];
  return [`The machine was busy when it began (load ${load.toFixed(1)} on ${cores} cores): measure again when it is quiet.`]; // prettier-ignore
}

/** The commit of the code, and whether it was changed since. */
function commitName(): string {
  try {
    const words = ["describe", "--always", "--dirty", "--exclude", "*"];
    return execFileSync("git", words, { cwd: projectFolder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(); // prettier-ignore
  } catch {
    return "unknown";
  }
}

/** What is kept of a row, and that again if nothing of it is left to measure. */
function keptOf(
  row: Row,
  { rounds, out, python }: Wanted,
): { key: string; kept: Measured | undefined; whole: Measured | undefined } {
  const withPython = python !== undefined;
  const key = rowKey(row, withPython, machineName());
  const kept = readMeasured(out, row.name, key);
  const whole = kept !== undefined && isWhole(row, kept.told, withPython, rounds);
  return { key, kept, whole: whole ? kept : undefined };
}

/** Measures a row, or what is left of it, and keeps it after every round. */
async function measured(
  row: Row,
  asked: Wanted,
  places: Places,
  report: (done: number, total: number) => void,
): Promise<Measured> {
  const { rounds, out, python } = asked;
  const { key, kept, whole } = keptOf(row, asked);
  if (whole !== undefined) return whole;
  const machine = machineName();
  const commit = commitName();
  // A row is of one commit: rounds of another one are measured anew.
  const before = kept?.commit === commit ? kept : undefined;
  const begun = performance.now();
  const sum = (told: Measured["told"]): Measured => ({
    name: row.name,
    key,
    finishedAt: new Date().toISOString(),
    machine,
    commit,
    seconds: Math.round((before?.seconds ?? 0) + (performance.now() - begun) / 1000),
    told,
  });
  const told = await measureRow(row, {
    rounds,
    withPython: python !== undefined,
    run: (way) => runWay(row, way, places),
    told: before?.told ?? [],
    report,
    keep: (told) => keepMeasured(out, sum(told)),
  });
  return sum(told);
}

async function main(): Promise<void> {
  const asked = wanted();
  const { rows, out, python } = asked;
  const allKept = rows.every((row) => keptOf(row, asked).whole !== undefined);
  const load = allKept ? [] : loadNotes(os.loadavg()[0], os.availableParallelism());
  const notes = [...asked.notes, ...load];
  const stopListening = stopOnSignals();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-speed-"));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  const files = { [scanWord]: madeScan(folder), [cifarWord]: cifarZip() };
  for (const note of notes) console.error(note);
  const display = showProgress();
  const done: Measured[] = [];
  const lines: Line[] = [];
  try {
    for (const [i, row] of rows.entries()) {
      const task = `${i + 1} of ${rows.length}: ${row.name}`;
      const one = await measured(row, asked, { python, files }, (done, total) =>
        display.report({ task, done, total, unit: "run" }),
      );
      const line = lineOf(row, one.told);
      done.push(one);
      lines.push(line);
      display.note(`${i + 1} of ${rows.length}: ${tableText([line], [], false).split("\n")[1]}`);
    }
  } finally {
    display.end();
  }
  const made = madeWhere(done.map(({ name, ...one }) => ({ ...one, key: name })), [...new Set(done.map(({ commit }) => commit))].join(", ")); // prettier-ignore
  const where = `Measured on ${[...new Set(done.map(({ finishedAt }) => finishedAt.slice(0, 10)))].join(", ")} at commit ${String(made.commit)} on ${String(made.machine)}; medians of ${asked.rounds} rounds in turn, the fastest way of each.`; // prettier-ignore
  const head = [where, ...notes];
  const about = {
    command: `${asked.command} --rounds ${asked.rounds}`,
    revision: 1,
    records: "summary.csv, a line for each row; table.txt, the same to read",
    name: "speed",
    ...made,
    seconds: done.reduce((sum, { seconds }) => sum + seconds, 0),
    peers: python === undefined ? {} : Object.fromEntries(peerVersions(python)),
  };
  const results = path.join(projectFolder, "notebooks", "results", "speed");
  for (const to of asked.keep ? [out, results] : [out]) {
    writeFileAtomically(path.join(to, "table.txt"), `${tableText(lines, head, false)}\n`);
    writeFileAtomically(path.join(to, "summary.csv"), tableCsv(lines));
    writeFileAtomically(path.join(to, "about.json"), `${JSON.stringify(about, undefined, 2)}\n`);
  }
  console.log(tableText(lines, head, process.stdout.isTTY));
  const failures = lines.flatMap((line) => line.failures);
  for (const failure of failures) console.error(`failed: ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
  stopListening();
}

void main().catch((error: unknown) => {
  console.error(error instanceof InputError ? error.message : error);
  process.exit(error instanceof InputError ? 1 : 70);
});
