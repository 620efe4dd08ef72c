/**
 * Which step size suits training on labels, from scratch and from SimCLR's network: told on sets that no table of ours is of. The default comes from here.
 *
 *   node --import tsx test/bench/fineTuneDefaults.ts OUT [--steps 300] [--draws 4] [--rates 0.003]... [--labels 4]... [--sets NAME]...
 *
 * Balanced accuracy with so many labels a class.
 */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { classify, pretrain, study } from "../../src";
import { configureBackend } from "../../src/core";
import { benchEncoder as encoder, epochsOf } from "../../src/cli/bench/techniqueMethods";
import { printMeans } from "./printMeans";
import { tuningSets } from "./tuningSets";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      steps: { type: "string", default: "300" },
      draws: { type: "string", default: "4" },
      rates: { type: "string", multiple: true, default: ["0.003", "0.01", "0.02", "0.03"] },
      labels: { type: "string", multiple: true, default: ["1", "4", "10"] },
      sets: { type: "string", multiple: true },
    },
  });
  configureBackend({ threads: 1 });
  const [out = "runs/fine-tune-defaults"] = positionals;
  const [steps, draws] = [Number(values.steps), Number(values.draws)];
  for (const images of await tuningSets(values.sets)) {
    const epochs = epochsOf(images, 300);
    const starts = {
      "from scratch": pretrain.none({ encoder }),
      "after SimCLR": pretrain.simclr({ encoder, epochs }),
    };
    const methods = Object.entries(starts).flatMap(([start, learner]) =>
      values.rates.map((rate) => ({
        name: `${start}, ${rate}`,
        pretrain: learner,
        classify: classify.fineTune({ steps, learningRate: Number(rate) }),
      })),
    );
    const labelsPerClass = values.labels.map(Number);
    const results = await study.run({
      images,
      labelsPerClass,
      draws,
      methods,
      out: path.join(out, images.name),
    });
    printMeans(
      images.name,
      results,
      methods.map(({ name }) => name),
      labelsPerClass,
    );
  }
}

void main();
