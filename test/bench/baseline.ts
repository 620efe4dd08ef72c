/**
 * Which step size suits training from scratch on the embedded set: told on a third of its training scans, with labels from
 * the others, so that no test image takes part.
 *
 *   node --import tsx test/bench/baseline.ts [--rates 0.001,0.003,0.01,0.03,0.1]
 *
 * The plan of the demo takes the best of them, so that a weak baseline does not flatter what saves labels.
 */
import { catalog, classify, core, pretrain, study } from "../../src";

/** The training scans as a set of their own; every third is what the others are tested on. */
async function trainingScans(): Promise<core.ImageSet> {
  const all = await catalog.load("stm-simulated-small");
  const kept = [...all.ids.keys()].filter((i) => all.parts?.[i] === "train");
  const groups = [...new Set(kept.map((i) => all.groups[i]))].sort();
  const held = new Set(groups.filter((_, k) => k % 3 === 0));
  return core.imageSet({
    name: `${all.name}, training scans`,
    pixels: all.pixels.read(kept),
    shape: all.shape,
    labels: kept.map((i) => all.labels[i]),
    classNames: all.classNames,
    groups: kept.map((i) => all.groups[i]),
    unit: all.unit,
    ...(all.nmPerPixel === undefined ? {} : { nmPerPixel: all.nmPerPixel }),
    parts: kept.map((i) => (held.has(all.groups[i]) ? "test" : "train")),
  });
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const rates = words[0] === "--rates" ? words[1].split(",").map(Number) : [1e-3, 3e-3, 1e-2, 3e-2, 1e-1]; // prettier-ignore
  const images = await trainingScans();
  for (const learningRate of rates) {
    const results = await study.run({
      images,
      labelsPerClass: [5, 20, 50],
      draws: 3,
      methods: [
        {
          name: `from scratch, ${learningRate}`,
          pretrain: pretrain.none(),
          classify: classify.fineTune({ epochs: 40, minSteps: 150, learningRate }),
        },
      ],
    });
    for (const { method, labelsPerClass, mean, halfWidth } of study.summarise(results)) {
      console.log(JSON.stringify({ bench: "baseline", method, labelsPerClass, mean, halfWidth }));
    }
  }
}

void main();
