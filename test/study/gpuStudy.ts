import * as path from "node:path";
import { runPlan } from "../../src/study";
import { stripesPlan } from "./stripesStudy";

/*
 * The program of a process with a GPU: runs a small study on it. Words: the folder of its images, and where its records go.
 */

async function main([folder, out]: string[]): Promise<void> {
  // A GPU in software is slow: a network as small as can be, and as few steps.
  const encoder = { resnet: { depth: 8, width: 2 } };
  const classify = { fineTune: { steps: 2 } };
  const methods = [{ name: "from scratch", pretrain: { none: { encoder } }, classify }];
  const plan = stripesPlan(folder, { device: "webgpu", labelsPerClass: [1], draws: 1, methods });
  const { failures } = await runPlan(plan, { out: path.join(folder, out) });
  for (const { error } of failures) throw error;
}

void main(process.argv.slice(2));
