import * as os from "node:os";
import { startAndStop, whileBusy } from "../kernel/startStop";

/*
 * Starts, asks and stops kernels while all cores are busy, and tells what did not end as it should; one JSON line.
 *   node --import tsx test/bench/kernelStops.ts [KERNELS] [AT ONCE]
 */
async function main(): Promise<void> {
  const [kernels = 200, atOnce = 2] = process.argv.slice(2).map(Number);
  const began = performance.now();
  const found = await whileBusy(() => startAndStop(os.tmpdir(), kernels, atOnce));
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(JSON.stringify({ bench: "kernelStops", ...found, seconds, node: process.version }));
  if (found.codes.length + found.logs.length + found.inputs.length + found.wrongValues > 0)
    process.exitCode = 1;
}

void main();
