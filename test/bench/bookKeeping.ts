import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runPlan, studyStatus } from "../../src/study";
import { stripesPlan, writeStripes } from "../study/stripesStudy";

/*
 * What the book-keeping of a study costs: ten thousand trials of a method that learns nothing, each with its record flushed to disk; then a run that finds
 * all done, and the status. What a study of ten trials takes, opening the data and drawing the figures, is told by itself and counts for no trial. One JSON
 * line, in milliseconds a trial and seconds.
 *
 *   node --import tsx test/bench/bookKeeping.ts [trials]
 */

const [trials = 10_000] = process.argv.slice(2).map(Number);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-books-"));

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function main(): Promise<void> {
  writeStripes(path.join(folder, "set.npz"));
  const plan = stripesPlan(folder, {
    labelsPerClass: [1, 2, 3, 4, 5],
    draws: Math.ceil(trials / 10),
    audit: "off",
    methods: [
      { name: "majority of pixels", pretrain: { pixels: {} }, classify: { majority: {} } },
      { name: "majority of components", pretrain: { pixels: { components: 2 } }, classify: { majority: {} } }, // prettier-ignore
    ],
  });
  const out = path.join(folder, "out");
  await runPlan({ ...plan, draws: 1 }, { out: path.join(folder, "warm") });
  const few = { ...plan, draws: 1 };
  const fixed = await seconds(() => runPlan(few, { out: path.join(folder, "few") }));
  const first = await seconds(() => runPlan(plan, { out }));
  const again = await seconds(() => runPlan(plan, { out }));
  const status = await seconds(() => studyStatus(out));
  const count = studyStatus(out).trials;
  const ms = (s: number): number => Number(((1000 * (s - fixed)) / (count - 10)).toFixed(3));
  console.log(JSON.stringify({ trials: count, msATrial: ms(first), msATrialFoundDone: ms(again), fixedSeconds: Number(fixed.toFixed(2)), statusSeconds: Number(status.toFixed(2)) })); // prettier-ignore
  fs.rmSync(folder, { recursive: true });
}

void main();
