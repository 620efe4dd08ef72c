import * as fs from "node:fs";
import * as path from "node:path";
import { createRng } from "../../src/core";

/** Writes what an instrument of today writes, as .sxm: 512 x 512, Z and current in both directions. */
export function madeScan(folder: string): string {
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
