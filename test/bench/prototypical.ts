/*
 * Times the training of a prototypical network: Conv-4 of width 64 on random images of 28 px, 60 ways, 1 shot, 5 queries, quarter turns as new classes.
 *
 *   node --import tsx test/bench/prototypical.ts [THREADS] [EPISODES]
 *
 * One JSON line with episodes a second, the median. Beside the same recipe in PyTorch: `npm run bench -- all --only prototypical`.
 */
import { configureBackend, createRng, hideLabels, imageSet, type ImageSet } from "../../src/core";
import { prototypical } from "../../src/pretrain";
import { median, tell } from "./peer";

const size = { ways: 60, shots: 1, queries: 5 };
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
async function timeOurs(source: ImageSet, episodes: number): Promise<number> {
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

async function main(): Promise<void> {
  const [threads = 2, episodes = 20] = process.argv.slice(2).map(Number);
  configureBackend({ threads });
  tell({ episodesPerSecond: await timeOurs(drawings(), episodes) });
}

void main();
