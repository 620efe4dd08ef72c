import { createHash } from "node:crypto";
import * as fs from "node:fs";
import type { Command } from "commander";
import { configureBackend } from "../../core";
import { saveDetector, trainDetector } from "../../scans";
import { examples } from "../examples";
import { interruptible } from "../interrupt";
import { showProgress } from "../showProgress";

/** How the command was called. */
interface DetectorWords {
  readonly out: string;
  readonly seed: string;
  readonly steps?: string;
  readonly textures?: string;
  readonly crystals?: string;
  readonly threads: string;
}

/** Adds `detector --out FILE`. */
export function detector(program: Command): void {
  program
    .command("detector")
    .description("train what finds features, from nothing: a quarter of an hour on two cores")
    .requiredOption(
      "--out <file>",
      "the detector, .safetensors; a training that was stopped goes on",
    )
    .option("--seed <number>", "another seed, another detector", "1")
    .option("--steps <number>", "batches; 6000")
    .option("--textures <number>", "pictures of made-up textures; 1500")
    .option("--crystals <number>", "simulated scans; 800")
    .option("--threads <number>", "cores that TensorFlow uses, which changes the last digits", "2")
    .addHelpText("after", examples("detector --out own.safetensors --seed 2"))
    .action(run);
}

async function run(words: DetectorWords): Promise<void> {
  configureBackend({ threads: Number(words.threads) });
  const number = (name: "steps" | "textures" | "crystals"): object => words[name] === undefined ? {} : { [name]: Number(words[name]) }; // prettier-ignore
  const options = { seed: Number(words.seed), ...number("steps"), ...number("textures"), ...number("crystals") }; // prettier-ignore
  const checkpoint = `${words.out}.part`;
  const view = showProgress();
  try {
    const made = await interruptible((signal) =>
      trainDetector(options, { signal, checkpoint, report: view.report }),
    );
    saveDetector(made, words.out);
  } finally {
    view.end();
  }
  fs.rmSync(checkpoint, { force: true });
  const sum = createHash("sha256").update(fs.readFileSync(words.out)).digest("hex");
  console.log(`${words.out}: SHA-256 ${sum}`);
}
