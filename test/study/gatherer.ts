/*
 * Runs a plan with two workers, twice, and prints what the process that gathers their trials came to: node --import tsx gatherer.ts PLAN OUT
 */
import { backendLoaded } from "../../src/core";
import { readPlan, runPlan } from "../../src/study";

async function main(): Promise<void> {
  const [file, out] = process.argv.slice(2);
  const first = await runPlan(readPlan(file), { out, workers: 2 });
  const again = await runPlan(readPlan(file), { out, workers: 2 });
  const trials = first.results.length;
  process.stdout.write(JSON.stringify({ trials, found: again.found, loaded: backendLoaded() }));
}

void main();
