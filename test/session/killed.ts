import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Rng } from "../../src/core";
import { openEventLog } from "../../src/session/eventLog";

/** What came of a labelling that was killed again and again. */
export interface Killed {
  readonly kills: number;
  /** Labels that were told to be kept before a kill. */
  readonly promised: number;
  /** Labels in the file in the end. */
  readonly kept: number;
}

/**
 * Kills a labelling program while it writes, looks whether everything that it promised is kept once, and starts it again.
 * @throws AssertionError if a label was lost or doubled
 */
export async function killAgain(file: string, kills: number, rng: Rng): Promise<Killed> {
  let promised = -1;
  for (let kill = 0; kill < kills; kill++) {
    promised = Math.max(promised, await runUntilKilled(file, promised + 1, 1 + rng.integer(60)));
    const log = openEventLog(file);
    try {
      const uuids = log.events.map(({ uuid }) => uuid);
      assert.equal(new Set(uuids).size, uuids.length, "a label is there twice");
      for (let i = 0; i <= promised; i++) assert.equal(uuids[i], `label ${i}`);
      // At most the one that was on its way is there beyond what was promised.
      assert.ok(uuids.length <= promised + 2, `${uuids.length} labels of ${promised + 1}`);
    } finally {
      log.close();
    }
  }
  const log = openEventLog(file);
  log.close();
  return { kills, promised: promised + 1, kept: log.events.length };
}

/** The number of the last label that was promised. */
async function runUntilKilled(file: string, start: number, labels: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", path.join(__dirname, "killChild.ts"), file, String(start)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  let last = start - 1;
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const lines = text.split("\n").slice(0, -1);
    last = Number(lines.at(-1) ?? start - 1);
    // Killed while it goes on writing, not between two labels.
    if (lines.length >= labels) child.kill("SIGKILL");
  });
  await once(child, "close");
  return last;
}
