/**
 * Times reading of Nanonis .sxm files, and with --peer beside nanonispy, file by file in turns in one run:
 *
 *   node --import tsx test/bench/readScans.ts [--peer PYTHON] [FILE or FOLDER...]
 *   node --import tsx test/bench/readScans.ts --json FILE      ours alone, as a line of JSON
 *
 * Ours reads the header, and the values of a channel when they are first asked for; so it is timed as it is, and with the
 * values of all channels taken. nanonispy reads all and leaves the values as bytes of the other order, unturned; so it is
 * timed alone, and until it has float64 values in display order as ours with all taken.
 *
 * Without files, one of 512 x 512 pixels with four images is made. PYTHON has nanonispy: pip install nanonispy.
 * Each number is the median of 200 reads, after 200 more, of a file that the system has in memory.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readScan } from "../../src/formats";
import { madeScan } from "./madeScan";
import { lastLine, median, printed, tell } from "./peer";

const repeats = 200;

async function timeOf(read: () => Promise<unknown>): Promise<number> {
  // Until the compiler has seen the loops.
  for (let i = 0; i < repeats; i++) await read();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const from = performance.now();
    await read();
    times.push(performance.now() - from);
  }
  return median(times);
}

/** Reading alone, and with the values of every channel. */
async function ours(file: string): Promise<[alone: number, whole: number]> {
  return [
    await timeOf(() => readScan(file)),
    await timeOf(async () => (await readScan(file)).channels.map(({ data }) => data)),
  ];
}

/** Reading alone, and with all that ours does; undefined for a file that it cannot read. */
function nanonispy(python: string, file: string): [alone: number, whole: number] | undefined {
  const script = path.join(__dirname, "peers", "nanonispyRead.py");
  try {
    const told = lastLine(printed(python, [script, String(repeats), file]));
    const { alone, whole } = told as Record<"alone" | "whole", number>;
    return [alone, whole];
  } catch {
    return undefined;
  }
}

type Times = readonly ([alone: number, whole: number] | undefined)[];

const middle = (all: Times, which: 0 | 1): string =>
  median(all.map((times) => times?.[which] ?? NaN)).toFixed(2);

function beside(theirs: Times): string {
  if (theirs.length === 0) return "";
  if (theirs[0] === undefined) return "; nanonispy cannot read it";
  return `; nanonispy ${middle(theirs, 0)} ms with the values left as bytes, ${middle(theirs, 1)} ms with all values`;
}

function filesOf(words: readonly string[]): string[] {
  return words.flatMap((word) =>
    fs.statSync(word).isDirectory()
      ? fs
          .readdirSync(word)
          .filter((name) => name.endsWith(".sxm"))
          .map((name) => path.join(word, name))
      : [word],
  );
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words[0] === "--json") {
    const [alone, whole] = await ours(words[1]);
    return tell({ alone, whole });
  }
  const at = words.indexOf("--peer");
  const python = at < 0 ? undefined : words.splice(at, 2)[1];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-bench-"));
  const files = words.length === 0 ? [madeScan(folder)] : filesOf(words);
  const cores = os.cpus();
  console.log(`Node ${process.version}, ${cores.length} x ${cores[0].model}`);
  for (const file of files) {
    const mine: [number, number][] = [];
    const theirs: ([number, number] | undefined)[] = [];
    for (let round = 0; round < 3; round++) {
      mine.push(await ours(file));
      if (python !== undefined) theirs.push(nanonispy(python, file));
    }
    const megabytes = fs.statSync(file).size / 1e6;
    console.log(
      `${path.basename(file)} (${megabytes.toFixed(1)} MB): fewscope ${middle(mine, 0)} ms, ${middle(mine, 1)} ms with all values${beside(theirs)}`,
    );
  }
  fs.rmSync(folder, { recursive: true });
}

void main();
