import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng } from "../../src/core";
import { killAgain } from "../session/killed";

// Kills a labelling program 100 times while it writes, and counts its labels: node --import tsx test/bench/kills.ts [KILLS]
async function main(): Promise<void> {
  const kills = Number(process.argv[2] ?? 100);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-kills-"));
  try {
    const file = path.join(folder, "events.jsonl");
    const result = await killAgain(file, kills, createRng(2).fork("kills"));
    console.log(
      `${result.kills} kills, ${result.promised} labels promised, ${result.kept} kept: none lost, none doubled`,
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

void main();
