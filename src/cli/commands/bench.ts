import { spawnSync } from "node:child_process";
import * as path from "node:path";
import type { Command } from "commander";
import { configureBackend } from "../../core";
import { examples } from "../examples";

/** Adds `bench simclr` and `bench pretrain`: speed as JSON lines. */
export function bench(program: Command): void {
  const group = program.command("bench").description("measure speed; one JSON line each");
  const whole = (text: string): number => Number(text);
  group
    .command("simclr")
    .description("images a second of SimCLR pretraining, with and without augmentation")
    .addHelpText(
      "after",
      examples("bench simclr --width 8 --size 32 --channels 3 --batch 128 --steps 20"),
    )
    .option("--width <n>", "channels of the first stage", whole, 8)
    .option("--size <n>", "pixels along an edge", whole, 32)
    .option("--channels <n>", "channels of an image", whole, 3)
    .option("--batch <n>", "images in a step", whole, 128)
    .option("--steps <n>", "measured steps", whole, 20)
    .option("--threads <n>", "cores in one operation", whole, 2)
    .action(async ({ threads, ...options }: Record<string, number>) => {
      configureBackend({ threads });
      const { benchSimclr } = await import("../bench/simclr.js");
      console.log(JSON.stringify(await benchSimclr(options)));
    });
  group
    .command("pretrain")
    .description("time of an image in every self-supervised method, relative to SimCLR's")
    .addHelpText("after", examples("bench pretrain"))
    .option("--width <n>", "channels of the first stage", whole, 8)
    .option("--size <n>", "pixels along an edge", whole, 32)
    .option("--channels <n>", "channels of an image", whole, 3)
    .option("--batch <n>", "images in a step", whole, 128)
    .option("--rounds <n>", "times that every method trains for four steps", whole, 4)
    .option("--threads <n>", "cores in one operation", whole, 2)
    .action(async ({ threads, ...options }: Record<string, number>) => {
      configureBackend({ threads });
      const { benchPretrain } = await import("../bench/pretrain.js");
      for (const line of await benchPretrain(options)) console.log(JSON.stringify(line));
    });
  group
    .command("kernel")
    .description("start, first import, a cell and 20 000 lines, beside stock tslab")
    .addHelpText("after", examples("bench kernel"))
    .action(() => {
      // It speaks to kernels with the tests' own client, so it lies beside the tests.
      const project = path.join(__dirname, "..", "..", "..");
      const script = path.join(project, "test", "bench", "kernel.ts");
      const { status } = spawnSync(process.execPath, ["--import", "tsx", script], {
        cwd: project,
        stdio: "inherit",
      });
      process.exitCode = status ?? 1;
    });
}
