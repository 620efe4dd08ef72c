/*
 * Times the training of a prototypical network, and of the same recipe in PyTorch where a Python with it is named:
 * node --import tsx test/bench/prototypical.ts [--python PYTHON] [--rounds 3] [--threads 2]
 * Conv-4 of width 64 on random images of 28 px, 60 ways, 1 shot, 5 queries, quarter turns as new classes. Both take turns; one JSON line each, the median
 * over rounds of the median time of 20 episodes.
 */
import * as path from "node:path";
import { configureBackend, createRng, hideLabels, imageSet, type ImageSet } from "../../src/core";
import { prototypical } from "../../src/pretrain";
import { lastLine, median, printed } from "./peer";

const size = { ways: 60, shots: 1, queries: 5 };
const episodes = 20;
const warmUp = 3;

function drawings(): ImageSet {
  const rng = createRng(1);
  const n = 242 * 20;
  return imageSet({
    name: "random",
    pixels: Uint8Array.from({ length: n * 28 * 28 }, () => rng.integer(256)),
    shape: [28, 28, 1],
    labels: Int32Array.from({ length: n }, (_, i) => Math.floor(i / 20)),
    classNames: Array.from({ length: 242 }, (_, c) => `character ${c}`),
  });
}

/** Episodes a second. */
async function own(source: ImageSet): Promise<number> {
  const times: number[] = [];
  let last = performance.now();
  const report = (): void => {
    const now = performance.now();
    times.push((now - last) / 1000);
    last = now;
  };
  const train = prototypical({ source, encoder: { conv4: {} }, ...size, turnsAsClasses: true, episodes: warmUp + episodes }); // prettier-ignore
  (await train(hideLabels(source), createRng(2), { report })).dispose();
  return 1 / median(times.slice(warmUp));
}

/** Episodes a second. */
function peer(python: string, threads: number): number {
  const script = path.join(__dirname, "peers", "prototypical.py");
  const options = Object.entries({ ...size, episodes, threads }).flatMap(([name, value]) => [`--${name}`, String(value)]); // prettier-ignore
  return (lastLine(printed(python, [script, ...options])) as { episodesPerSecond: number }).episodesPerSecond; // prettier-ignore
}

async function main(): Promise<void> {
  const given = (name: string): string | undefined => {
    const at = process.argv.indexOf(name);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const threads = Number(given("--threads") ?? 2);
  const python = given("--python");
  configureBackend({ threads });
  const source = drawings();
  const rates: Record<string, number[]> = { fewscope: [], ...(python === undefined ? {} : { PyTorch: [] }) }; // prettier-ignore
  for (let round = 0; round < Number(given("--rounds") ?? 3); round++) {
    rates["fewscope"].push(await own(source));
    if (python !== undefined) rates["PyTorch"].push(peer(python, threads));
  }
  for (const [by, found] of Object.entries(rates)) {
    const episodesPerSecond = Math.round(100 * median(found)) / 100;
    console.log(JSON.stringify({ bench: "prototypical", by, ...size, threads, episodesPerSecond }));
  }
}

void main();
