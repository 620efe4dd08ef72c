import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng } from "../../src/core";
import { openStore } from "../../src/study";
import { ended, lastingFiles, startCli, stripesPlan, writeStripes } from "../study/stripesStudy";

/*
 * Kills a small study at random moments, its parent or one of its workers, and resumes it each time, until so many kills are done; whenever a study gets
 * to its end it is held against an unbroken one and a new one begins. One line a study, and one at the end.
 *
 *   node --import tsx test/bench/kill.ts [kills] [seed]
 */

const [kills = 100, seed = 1] = process.argv.slice(2).map(Number);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-kill-"));
const plan = path.join(folder, "plan.json");
const words = ["--workers", "2", "--checkpoint-seconds", "0"];

/** Ids of the processes that work in a folder, as their claims say. */
function workers(out: string): number[] {
  if (!fs.existsSync(path.join(out, "claims"))) return [];
  const store = openStore(out, { readOnly: true });
  return [...store.claims.held().values()].map(({ pid }) => pid);
}

/** Runs a study and kills it or a worker after so many milliseconds. Gives whether it got to its end, and what was killed. */
async function runAndKill(
  out: string,
  after: number,
  worker: boolean,
): Promise<{ readonly ended: boolean; readonly killed: boolean }> {
  // prettier-ignore
  const child = startCli(["study", plan, "--out", out, ...words], "pipe");
  let killed = false;
  const begun = Date.now();
  // A worker is killed as soon after that moment as there is one at work.
  const watch = setInterval(() => {
    if (killed || Date.now() - begun < after) return;
    const victim = worker ? workers(out).find((pid) => pid !== child.pid) : child.pid;
    if (victim === undefined) return;
    try {
      process.kill(victim, "SIGKILL");
      killed = true;
    } catch {
      // It had just ended.
    }
  }, 3);
  const { code, text } = await ended(child);
  clearInterval(watch);
  if (code !== 0 && code !== "SIGKILL") throw new Error(`The study ended with ${code}: ${text}`);
  return { ended: code === 0, killed };
}

/** When each record was written, by its name: one that is written twice has another. */
function written(out: string): Map<string, bigint> {
  const records = path.join(out, "records");
  if (!fs.existsSync(records)) return new Map();
  const names = fs.readdirSync(records).filter((name) => name.endsWith(".json"));
  return new Map(names.map((name) => [name, fs.statSync(path.join(records, name), { bigint: true }).ino])); // prettier-ignore
}

async function main(): Promise<void> {
  writeStripes(path.join(folder, "set.npz"));
  fs.writeFileSync(plan, JSON.stringify(stripesPlan(folder)));
  const begun = Date.now();
  const whole = path.join(folder, "whole");
  await ended(startCli(["study", plan, "--out", whole, ...words]));
  const unbroken = Date.now() - begun;
  // How long a run takes now, on a machine that may do other things as well.
  let took = unbroken;
  const expected = lastingFiles(whole);
  const rng = createRng(seed);
  let [done, parents, studies, twice, different] = [0, 0, 0, 0, 0];
  while (done < kills) {
    const out = path.join(folder, `study-${studies}`);
    let here = 0;
    let seen = new Map<string, bigint>();
    for (let over = false; !over;) {
      const worker = rng.between(0, 1) < 0.5;
      const last = done + here >= kills || here >= 12;
      const start = Date.now();
      const round = await runAndKill(out, last ? 1e9 : rng.between(0.2, 0.9) * took, worker);
      if (round.killed) {
        here++;
        if (!worker) parents++;
      }
      const now = written(out);
      for (const [name, id] of seen)
        if (now.get(name) !== id) {
          twice++;
          console.log(
            name,
            fs
              .readFileSync(path.join(out, "debug.txt"), "utf8")
              .split("\n")
              .filter((l) => l.includes(name.slice(0, 8)))
              .join("\n"),
            id,
            now.get(name),
          );
        }
      seen = now;
      over = round.ended;
      if (!round.killed) took = Math.min(took, Date.now() - start);
    }
    done += here;
    studies++;
    const files = lastingFiles(out);
    const names = [...new Set([...Object.keys(expected), ...Object.keys(files)])];
    const differ = names.filter((name) => files[name] !== expected[name]);
    if (differ.length > 0) different++;
    console.log(JSON.stringify({ study: studies, kills: here, differ }));
    if (differ.length === 0) fs.rmSync(out, { recursive: true });
  }
  console.log(JSON.stringify({ kills: done, ofParents: parents, ofWorkers: done - parents, studies, different, recordsWrittenTwice: twice, secondsUnbroken: unbroken / 1000 })); // prettier-ignore
  if (different === 0) fs.rmSync(folder, { recursive: true });
  else console.log(`What differs lies in ${folder}`);
  process.exitCode = different + twice > 0 ? 1 : 0;
}

void main();
