import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng } from "../../src/core";
import { ended, lastingFiles, startCli, stripesPlan, writeStripes } from "../study/stripesStudy";

/*
 * Runs a small study on a disk that fills up at a random moment and is freed, again and again until the study is done, and holds it against one on a disk
 * with room. The disk is a file system in memory, which root alone may mount.
 *
 *   node --import tsx test/bench/fullDisk.ts [studies] [seed]
 */

const [studies = 10, seed = 1] = process.argv.slice(2).map(Number);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-disk-"));
const disk = path.join(folder, "disk");
const plan = path.join(folder, "plan.json");
const filler = path.join(disk, "filler");
const run = (out: string): ReturnType<typeof ended> =>
  ended(startCli(["study", plan, "--out", out, "--workers", "2", "--checkpoint-seconds", "0"], "pipe")); // prettier-ignore

/** Leaves so many kilobytes free. */
function fill(kilobytes: number): void {
  fs.rmSync(filler, { force: true });
  const { bavail, bsize } = fs.statfsSync(disk);
  const size = Math.max(0, bavail * bsize - 1024 * kilobytes);
  fs.writeFileSync(filler, new Uint8Array(size));
}

async function main(): Promise<void> {
  writeStripes(path.join(folder, "set.npz"));
  fs.writeFileSync(plan, JSON.stringify(stripesPlan(folder)));
  const whole = path.join(folder, "whole");
  await run(whole);
  const expected = JSON.stringify(lastingFiles(whole));
  const rng = createRng(seed);
  let [full, different, wordless] = [0, 0, 0];
  for (let i = 0; i < studies; i++) {
    fs.mkdirSync(disk, { recursive: true });
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]).status !== 0)
      throw new Error("No disk could be mounted; run as root");
    try {
      const out = path.join(disk, "study");
      for (let code: number | string | null = 1, room = rng.between(0, 60); code !== 0;) {
        fill(room);
        const told = await run(out);
        code = told.code;
        if (code === 0) break;
        full++;
        if (!told.text.includes("the disk is full")) {
          wordless++;
          console.log(told.text);
        }
        room += rng.between(50, 800);
      }
      if (JSON.stringify(lastingFiles(out)) !== expected) different++;
    } finally {
      spawnSync("umount", [disk]);
    }
  }
  console.log(JSON.stringify({ studies, timesFull: full, different, withoutASentence: wordless }));
  fs.rmSync(folder, { recursive: true });
  process.exitCode = different > 0 ? 1 : 0;
}

void main();
