/**
 * Times reading of Nanonis .sxm files, and with --peer beside nanonispy, file by file in turns in one run:
 *
 *   node --import tsx test/bench/readScans.ts [--peer PYTHON] [FILE or FOLDER...]
 *
 * Ours looks at every value (which rows were measured) and unpacks a channel when its values are first asked for; so it is
 * timed as it is, and with the values of all channels taken. nanonispy leaves the values as bytes of the other order,
 * unturned; so it is timed alone, and until it has float64 values in display order as ours with all taken.
 *
 * Without files, one of 512 x 512 pixels with four images is made. PYTHON has nanonispy: pip install nanonispy.
 * Each number is the median of 40 reads of a file that the system has in memory.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng } from "../../src/core";
import { readScan } from "../../src/formats";
import { median } from "./peer";

const repeats = 40;

async function timeOf(read: () => Promise<unknown>): Promise<number> {
  // Until the compiler has seen the loops.
  for (let i = 0; i < 10; i++) await read();
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
  const run = spawnSync(python, [script, String(repeats), file], { encoding: "utf8" });
  const [alone, whole] = run.stdout.trim().split("\n").map(Number);
  return run.status === 0 ? [alone, whole] : undefined;
}

/** What an instrument of today writes: 512 x 512, Z and current in both directions. */
function madeFile(folder: string): string {
  const header = {
    NANONIS_VERSION: "2",
    SCANIT_TYPE: "FLOAT MSBFIRST",
    REC_DATE: "01.01.2024",
    REC_TIME: "12:00:00",
    REC_TEMP: "290.0",
    ACQ_TIME: "512.0",
    SCAN_PIXELS: "512 512",
    SCAN_FILE: "made.sxm",
    SCAN_TIME: "0.5 0.5",
    SCAN_RANGE: "1.0E-8 1.0E-8",
    SCAN_OFFSET: "0 0",
    SCAN_ANGLE: "0",
    SCAN_DIR: "down",
    BIAS: "1.0",
    DATA_INFO:
      "\tChannel\tName\tUnit\tDirection\tCalibration\tOffset\n\t14\tZ\tm\tboth\t1\t0\n\t0\tCurrent\tA\tboth\t1\t0\n",
  };
  const text = Object.entries(header).map(([tag, value]) => `:${tag}:\n${value}\n`);
  const start = Buffer.from(`${text.join("")}:SCANIT_END:\n\n\n\x1a\x04`, "latin1");
  const rng = createRng(1);
  const data = Buffer.alloc(4 * 4 * 512 * 512);
  for (let at = 0; at < data.length; at += 4) data.writeFloatBE(1e-10 * rng.normal(), at);
  const file = path.join(folder, "made.sxm");
  fs.writeFileSync(file, Buffer.concat([start, data]));
  return file;
}

type Times = readonly ([alone: number, whole: number] | undefined)[];

const middle = (all: Times, which: 0 | 1): string =>
  median(all.map((times) => times?.[which] ?? NaN)).toFixed(2);

function beside(theirs: Times): string {
  if (theirs.length === 0) return "";
  if (theirs[0] === undefined) return "; nanonispy cannot read it";
  return `; nanonispy ${middle(theirs, 0)} ms with the bytes left as they are, ${middle(theirs, 1)} ms with all values`;
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
  const at = words.indexOf("--peer");
  const python = at < 0 ? undefined : words.splice(at, 2)[1];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-bench-"));
  const files = words.length === 0 ? [madeFile(folder)] : filesOf(words);
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
