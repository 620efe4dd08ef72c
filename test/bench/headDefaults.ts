/**
 * Which settings suit classifiers on frozen features: told by SimCLR's of some hundred steps, on sets that no table of ours is of. Their defaults come from here.
 *
 *   node --import tsx test/bench/headDefaults.ts OUT [--steps 300] [--draws 10] [--pretrainings 2] [--only NAME]... [--sets NAME]...
 *
 * Balanced accuracy with 1, 4, 10 and 40 labels a class.
 */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { classify, pretrain, study } from "../../src";
import type { Classify } from "../../src/core";
import { benchEncoder as encoder, epochsOf } from "../../src/cli/bench/techniqueMethods";
import { printMeans } from "./printMeans";
import { tuningSets } from "./tuningSets";

const budgets = [1, 4, 10, 40];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      steps: { type: "string", default: "300" },
      draws: { type: "string", default: "10" },
      pretrainings: { type: "string", default: "2" },
      only: { type: "string", multiple: true },
      sets: { type: "string", multiple: true },
    },
  });
  const [out = "runs/head-defaults"] = positionals;
  for (const images of await tuningSets(values.sets)) {
    const epochs = epochsOf(images, Number(values.steps));
    const learner = pretrain.simclr({ encoder, epochs });
    const fewest = Math.min(...countsOf(images.labels, images.parts ?? []));
    const asked = Object.entries(heads()).filter(([name]) => values.only?.includes(name) !== false);
    const results = await study.run({
      images,
      labelsPerClass: budgets.filter((labels) => labels <= fewest),
      draws: Number(values.draws),
      pretrainings: Number(values.pretrainings),
      methods: asked.map(([name, head]) => ({ name, pretrain: learner, classify: head })),
      out: path.join(out, images.name),
    });
    printMeans(
      images.name,
      results,
      asked.map(([name]) => name),
      budgets,
    );
  }
}

/** Images of each class that are not for the test. */
function countsOf(labels: Int32Array, parts: readonly string[]): number[] {
  const counts = new Map<number, number>();
  labels.forEach((label, i) => {
    if (parts[i] !== "test") counts.set(label, (counts.get(label) ?? 0) + 1);
  });
  return [...counts.values()];
}

function heads(): Record<string, Classify> {
  return {
    logistic: classify.logisticRegression(),
    prototypes: classify.prototypes(),
    "prototypes, cosine": classify.prototypes({ distance: "cosine" }),
    "prototypes, as they are": classify.prototypes({ standardise: "none" }),
    neighbours: classify.nearestNeighbours(),
    "neighbours, as they are": classify.nearestNeighbours({ standardise: "none" }),
    "neighbours, 20": classify.nearestNeighbours({ k: 20 }),
    "neighbours, 5": classify.nearestNeighbours({ k: 5 }),
    "neighbours, 0.1": classify.nearestNeighbours({ temperature: 0.1 }),
    "neighbours, 0.05": classify.nearestNeighbours({ temperature: 0.05 }),
    "neighbours, 0.03": classify.nearestNeighbours({ temperature: 0.03 }),
    "neighbours, 0.03, 20": classify.nearestNeighbours({ temperature: 0.03, k: 20 }),
    "neighbours, 0.3": classify.nearestNeighbours({ temperature: 0.3 }),
    SimpleShot: classify.simpleShot(),
    "SimpleShot, as they are": classify.simpleShot({ standardise: "none" }),
    SVM: classify.linearSvm(),
    "SVM, 1": classify.linearSvm({ c: 1 }),
    "SVM, one against the rest": classify.linearSvm({ multiClass: "oneVsRest" }),
    "SVM, one against the rest, 1": classify.linearSvm({ multiClass: "oneVsRest", c: 1 }),
    propagation: classify.labelPropagation(),
    "propagation, no mass": classify.labelPropagation({ classMass: false }),
    "spreading, 0.2": classify.labelSpreading(),
    "spreading, 0.5": classify.labelSpreading({ alpha: 0.5 }),
    "spreading, 0.9": classify.labelSpreading({ alpha: 0.9 }),
    "spreading, 0.9, long": classify.labelSpreading({ alpha: 0.9, maxIterations: 100 }),
    "self-training": classify.selfTraining(),
  };
}

void main();
