/**
 * Which step size suits training on labels on the embedded set, from scratch and from SimCLR's weights: told on a third of its training scans, with labels from
 * the others, so that no test image takes part.
 *
 *   node --import tsx test/bench/baseline.ts [scratch|simclr]
 *
 * The plan of the demo takes the best of each, so that neither a weak baseline nor an unlucky technique decides it.
 */
import { augment, catalog, classify, core, pretrain, study } from "../../src";

const starts = {
  scratch: () => pretrain.none(),
  simclr: () => pretrain.simclr({ epochs: 40, views: augment.grey.views({ turns: true }) }),
};

async function main(): Promise<void> {
  core.configureBackend({ threads: 1 });
  const wanted = process.argv[2];
  const images = await catalog.load("stm-simulated-small", { part: "train" });
  const scans = [...new Set(images.groups)].sort();
  for (const [name, start] of Object.entries(starts)) {
    if (wanted !== undefined && wanted !== name) continue;
    const results = await study.run({
      images,
      testGroups: scans.filter((_, k) => k % 3 === 0),
      labelsPerClass: [5, 20, 50],
      draws: 3,
      methods: [1e-3, 3e-3, 1e-2, 3e-2, 1e-1].map((learningRate) => ({
        name: `${name}, ${learningRate}`,
        pretrain: start(),
        classify: classify.fineTune({ steps: 150, learningRate }),
      })),
    });
    for (const { method, labelsPerClass, mean, halfWidth } of study.summarise(results)) {
      console.log(JSON.stringify({ bench: "baseline", method, labelsPerClass, mean, halfWidth }));
    }
  }
}

void main();
