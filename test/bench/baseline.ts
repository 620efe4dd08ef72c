/**
 * Which step size suits training from scratch on the embedded set: told on a third of its training scans, with labels from
 * the others, so that no test image takes part.
 *
 *   node --import tsx test/bench/baseline.ts
 *
 * The plan of the demo takes the best of them, so that a weak baseline does not flatter what saves labels.
 */
import { catalog, classify, pretrain, study } from "../../src";

async function main(): Promise<void> {
  const images = await catalog.load("stm-simulated-small", { part: "train" });
  const scans = [...new Set(images.groups)].sort();
  for (const learningRate of [1e-3, 3e-3, 1e-2, 3e-2, 1e-1]) {
    const results = await study.run({
      images,
      testGroups: scans.filter((_, k) => k % 3 === 0),
      labelsPerClass: [5, 20, 50],
      draws: 3,
      methods: [
        {
          name: `from scratch, ${learningRate}`,
          pretrain: pretrain.none(),
          classify: classify.fineTune({ steps: 150, learningRate }),
        },
      ],
    });
    for (const { method, labelsPerClass, mean, halfWidth } of study.summarise(results)) {
      console.log(JSON.stringify({ bench: "baseline", method, labelsPerClass, mean, halfWidth }));
    }
  }
}

void main();
