import * as path from "node:path";
import { runtimePart } from "../../runtime/project";
import { projectFolder } from "../../sourceImports";
import { lastLine } from "../peer";
import { goesOn, isWhole, type WayTold } from "./measured";
import { isRate, sidesOf, type Row, type Way } from "./row";

const { execute } = runtimePart("execute.js") as {
  execute: (
    program: string,
    words: readonly string[],
    options: { cwd: string; env: NodeJS.ProcessEnv; timeoutSeconds: number },
  ) => Promise<{ ok: boolean; stdout: string; stderr: string }>;
};

/** What a way told in one round. */
export interface Reading {
  readonly value: number;
  readonly peak?: number;
}

/** Where programs and files lie. */
export interface Places {
  /** Of the peers. */
  readonly python?: string | undefined;
  /** Files by the words that stand for them. */
  readonly files: Readonly<Record<string, string>>;
}

/** Seconds after which a program is ended that hangs. */
const usualLimit = 1800;

/** Runs a way once: as many processes at once as it has copies. @throws Error in one line if one failed */
export async function runWay(row: Row, way: Way, { python, files }: Places): Promise<Reading> {
  const program = way.program === "node" ? process.execPath : (python ?? "python3");
  const words = way.words.map((word) => files[word] ?? word);
  // What the way says nothing of is as it was found.
  const env = { ...process.env, ...way.env };
  const { limitSeconds: timeoutSeconds = usualLimit } = row;
  const runs = await Promise.all(
    Array.from({ length: way.copies ?? 1 }, () => execute(program, words, { cwd: projectFolder, env, timeoutSeconds })), // prettier-ignore
  );
  const failed = runs.find(({ ok }) => !ok);
  if (failed !== undefined) {
    const what = path.basename(words.find((word) => /\.(?:ts|js|py)$/.test(word)) ?? program);
    throw new Error(
      `${what}: ${failed.stderr.trim().split("\n").at(-1) || `it failed, or took longer than ${timeoutSeconds} s`}`,
    );
  }
  const told = runs.map(({ stdout }) => lastLine(stdout) as Record<string, number | undefined>);
  const values = told.map((one) => one[row.field] ?? NaN);
  const peaks = told.flatMap(({ peakMemory }) => peakMemory ?? []);
  const peak = peaks.reduce((a, b) => a + b, 0);
  return { value: together(row, values), ...(peaks.length === 0 ? {} : { peak }) };
}

/** What several do at once: rates add up, and of times what one piece of work takes on average. */
export function together(row: Pick<Row, "unit">, values: readonly number[]): number {
  const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
  return isRate(row) ? sum(values) : 1 / sum(values.map((value) => 1 / value));
}

/** How a row is measured. */
export interface MeasureOptions {
  readonly rounds: number;
  readonly withPython: boolean;
  readonly run: (way: Way) => Promise<Reading>;
  /** What is there already. */
  readonly told?: readonly WayTold[];
  /** Hears of every program that starts: how many of how many before it are done. */
  readonly report?: (done: number, total: number) => void;
  /** Hears what is there after every round. */
  readonly keep?: (told: readonly WayTold[]) => void;
}

/** Runs all sides of a row in turn, round for round; ways that are clearly slower than another of their side in the first take no part in the others. */
export async function measureRow(row: Row, options: MeasureOptions): Promise<readonly WayTold[]> {
  const { rounds, withPython, run, report, keep } = options;
  const turns = sidesOf(row, withPython).flatMap(([side, { ways }]) =>
    ways.map((way) => ({ side, way })),
  );
  let told: readonly WayTold[] = options.told ?? [];
  for (let round = 0; round < rounds && !isWhole(row, told, withPython, rounds); round++) {
    for (const [i, { side, way }] of turns.entries()) {
      const known = told.find((one) => one.side === side && one.way === way.name);
      if (known !== undefined && known.values.length > round) continue;
      if (round > 0 && !(known !== undefined && goesOn(row, told, known))) continue;
      report?.(round * turns.length + i, rounds * turns.length);
      const next = await wayAfter(run, way, known ?? { side, way: way.name, values: [], peaks: [] }); // prettier-ignore
      told = [...told.filter((one) => one !== known), next];
    }
    keep?.(told);
  }
  return told;
}

async function wayAfter(run: MeasureOptions["run"], way: Way, before: WayTold): Promise<WayTold> {
  try {
    const { value, peak } = await run(way);
    if (!Number.isFinite(value)) return { ...before, failure: `${way.name}: it told no number` };
    const peaks = peak === undefined ? before.peaks : [...before.peaks, peak];
    return { ...before, values: [...before.values, value], peaks };
  } catch (error) {
    return { ...before, failure: error instanceof Error ? error.message : String(error) };
  }
}
