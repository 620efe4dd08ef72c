/**
 * Does evidence on the defect foresee how an encoder carries over? Trains 54 small encoders (methods x views x planted shortcuts x seeds), explains each at home, and
 * correlates with accuracy on an unseen surface, with another tip and with more noise.
 *
 *   node --import tsx test/bench/attention.ts runs/attention            trains what is not there yet, then writes tables and figure
 *   node --import tsx test/bench/attention.ts runs/attention --figure   tables and figure of what is there
 *   node --import tsx test/bench/attention.ts runs/attention --only 3   no more than three encoders, to try it
 *
 * Each finished encoder is a file in `records`, which never changes; the same command goes on after it was stopped. Some twenty seconds an encoder on one core.
 *
 * Fixed before the first was trained: the metric is the enrichment of the exact evidence on the defect less that of random networks, second the z of occlusion with
 * the crystal; both on images of the home surface with the cue as in training. The first outcome is the accuracy on H:Si(001), whose labels nobody saw, given the
 * accuracy at home without a cue: a clean test.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { configureBackend, writeFileAtomically } from "../../src/core";
import { designs, measureOne, type Measured } from "./attention/encoders";
import { report } from "./attention/report";
import { makeSets, type Sets } from "./attention/sets";

function recordFile(folder: string, id: string): string {
  return path.join(folder, "records", `${id.replace(/[^\w.]+/g, "-")}.json`);
}

function kept(folder: string): Measured[] {
  return designs.flatMap(({ id }) => {
    const file = recordFile(folder, id);
    return fs.existsSync(file) ? [JSON.parse(fs.readFileSync(file, "utf8")) as Measured] : [];
  });
}

async function train(folder: string, most: number): Promise<void> {
  let sets: Sets | undefined;
  let done = 0;
  for (const [n, design] of designs.entries()) {
    const file = recordFile(folder, design.id);
    if (fs.existsSync(file)) continue;
    if (done++ >= most) return;
    sets ??= makeSets();
    const began = performance.now();
    const measured = await measureOne(design, sets);
    writeFileAtomically(file, `${JSON.stringify(measured, undefined, 1)}\n`);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${n + 1} of ${designs.length}: ${design.id}, ${seconds} s`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { figure: { type: "boolean", default: false }, only: { type: "string" } },
  });
  const folder = positionals[0] ?? "runs/attention";
  fs.mkdirSync(path.join(folder, "records"), { recursive: true });
  configureBackend({ threads: 1 });
  if (!values.figure) await train(folder, values.only === undefined ? Infinity : Number(values.only)); // prettier-ignore
  await report(folder, kept(folder));
}

void main();
