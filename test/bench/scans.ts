/**
 * Times the road from a file to features on a scan of 512 x 512 pixels: reading, flattening, finding.
 *
 *   node --import tsx test/bench/scans.ts [FILE]
 *
 * Without a file, a simulated scan is written first. Each number is the median of 9 rounds after 3 that warm up.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Scan } from "../../src/core";
import { readScan, writeGwy } from "../../src/formats";
import { detect, flatten } from "../../src/scans";
import { scan as simulateScan } from "../../src/simulate";

/** Medians of the milliseconds of each part. */
export async function timeRoad(given?: string): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-bench-"));
  try {
    const file = given ?? path.join(folder, "simulated.gwy");
    if (given === undefined)
      fs.writeFileSync(file, writeGwy(simulateScan({ pixels: 512, seed: 1, density: 0.1, separationNm: 0.8, instrument: "usual" }).observed)); // prettier-ignore
    const times: Record<string, number[]> = {
      read: [],
      flatten: [],
      detect: [],
      all: [],
    };
    let features = 0;
    let size = "";
    for (let round = 0; round < 12; round++) {
      const marks = [performance.now()];
      const mark = <T>(value: T): T => {
        marks.push(performance.now());
        return value;
      };
      const read: Scan = mark(await readScan(file));
      const flat = mark(flatten(read));
      features = mark(detect(flat)).features.length;
      size = `${read.width} x ${read.height}`;
      if (round < 3) continue;
      ["read", "flatten", "detect"].forEach((name, i) => times[name].push(marks[i + 1] - marks[i]));
      times["all"].push(marks[3] - marks[0]);
    }
    console.log(`${size}, ${features} features; milliseconds:`);
    for (const [name, all] of Object.entries(times))
      console.log(
        name.padEnd(10),
        all
          .sort((a, b) => a - b)
          [all.length >> 1].toFixed(1)
          .padStart(7),
      );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

if (require.main === module) void timeRoad(process.argv[2]);
