import * as path from "node:path";
import type { Command } from "commander";
import { checkInteger, checkOneOf, configureBackend } from "../../core";
import { examples } from "../examples";
import { runCheckoutScript } from "../runCheckoutScript";
import { showProgress } from "../showProgress";

/**
 * Adds `bench simclr` and `bench pretrain`: speed as JSON lines; `bench techniques`: what each technique reaches; `bench all`: speeds beside those of the peers
 * that `bench peers` sets up; `bench card`: what a real GPU does.
 */
export function bench(program: Command): void {
  const group = program
    .command("bench")
    .description("measure speed, and what the techniques reach");
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
    .command("techniques")
    .description(
      "what each technique reaches by default, beside training from scratch and what papers make one expect",
    )
    .option("--quick", "digits with 4 labels a class, the main ten techniques", false)
    .option("--sets <names...>", "some of digits, stm, cifar")
    .option("--labels <n...>", "labels of each class: 1 4 10 40")
    .option("--only <names...>", "techniques as the table names them")
    .option("--draws <n>", "draws, each with a pretraining of its own", whole, 3)
    .option("--steps <n>", "steps of every training", whole, 300)
    .option("--out <folder>", "keep records there, so that a second run goes on")
    .option("--threads <n>", "cores in one operation", whole, 2)
    .addHelpText(
      "after",
      examples(
        "bench techniques --quick",
        "bench techniques --sets digits --labels 1 4 --only FixMatch",
      ),
    )
    .action(techniques);
  group
    .command("kernel")
    .description("start, first import, a cell and 20 000 lines, beside stock tslab")
    .addHelpText("after", examples("bench kernel"))
    // It speaks to kernels with the tests' own client, so it lies beside the tests.
    .action(() => runCheckoutScript("bench kernel", "kernel.ts"));
  group
    .command("all")
    .description("one table of all speeds, beside the peers where `bench peers` has set them up")
    .option("--only <names...>", "rows of these names, or that begin with them: step simclr-8 sxm")
    .option("--rounds <n>", "times that both sides of a row take turns; 5, with --quick 1")
    .option("--quick", "so little that numbers mean nothing: shows that all runs", false)
    .option("--full", "wide networks and the whole study too", false)
    .option("--compiled", "PyTorch by torch.compile too", false)
    .option("--python <file>", "a Python that has the peers")
    .option("--out <folder>", "keep rows there, so that a second run goes on", "runs/speed")
    .option("--keep", "keep the table in notebooks/results/speed too", false)
    .addHelpText("after", examples("bench all --only step simclr", "bench all --full --keep"))
    .action(all);
  group
    .command("peers")
    .description("set up what speed is held against, in a Python environment in the cache")
    .addHelpText("after", examples("bench peers"))
    .action(() => runCheckoutScript("bench peers", "setUpPeers.ts"));
  group
    .command("card")
    .description("what a real GPU does: how far from the processor, and how fast beside PyTorch")
    .option("--quick", "so little that numbers mean nothing: shows that all runs", false)
    .option("--only <names...>", "sizes of these names, or that begin with them: simclr-8")
    .option("--python <file>", "a Python that has PyTorch with CUDA")
    .option("--out <folder>", "keep what is done there, so that a second run goes on", "runs/card")
    .option("--bundle <file>", "make an archive for a machine without Node, Dawn and a network")
    .addHelpText("after", examples("bench card", "bench card --bundle card.tar.xz"))
    .action(card);
}

interface CardFlags {
  readonly quick: boolean;
  readonly only?: readonly string[];
  readonly python?: string;
  readonly out: string;
  readonly bundle?: string;
}

async function card({ quick, only = [], python, out, bundle }: CardFlags): Promise<void> {
  await runCheckoutScript("bench card", "card.ts", [
    ...(quick ? ["--quick"] : []),
    ...only.flatMap((name) => ["--only", name]),
    // A program of the path keeps its bare name.
    ...(python === undefined ? [] : ["--python", python.includes("/") ? path.resolve(python) : python]), // prettier-ignore
    ...["--out", path.resolve(out)],
    ...(bundle === undefined ? [] : ["--bundle", path.resolve(bundle)]),
  ]);
}

interface AllFlags {
  readonly only?: readonly string[];
  readonly rounds?: string;
  readonly quick: boolean;
  readonly full: boolean;
  readonly compiled: boolean;
  readonly python?: string;
  readonly out: string;
  readonly keep: boolean;
}

async function all(flags: AllFlags): Promise<void> {
  const { only = [], rounds, python, out, quick, full, compiled, keep } = flags;
  const switches = Object.entries({ quick, full, compiled, keep });
  await runCheckoutScript("bench all", "all.ts", [
    ...only.flatMap((name) => ["--only", name]),
    ...(rounds === undefined ? [] : ["--rounds", rounds]),
    ...(python === undefined ? [] : ["--python", path.resolve(python)]),
    ...["--out", path.resolve(out)],
    ...switches.flatMap(([name, on]) => (on ? [`--${name}`] : [])),
  ]);
}

interface TechniquesFlags {
  readonly quick: boolean;
  readonly sets?: readonly string[];
  readonly labels?: readonly string[];
  readonly only?: readonly string[];
  readonly draws: number;
  readonly steps: number;
  readonly out?: string;
  readonly threads: number;
}

async function techniques(flags: TechniquesFlags): Promise<void> {
  const { quick, sets, labels, draws, steps, out } = flags;
  configureBackend({ threads: flags.threads });
  const { benchTechniques } = await import("../bench/techniques.js");
  const { benchSetNames } = await import("../bench/benchSets.js");
  const { mainTechniques } = await import("../bench/techniqueMethods.js");
  const { techniquesText } = await import("../bench/techniqueTable.js");
  const named = sets?.map((name) => checkOneOf("--sets", name, benchSetNames));
  const budgets = labels?.map((n) => checkInteger("--labels", Number(n), { min: 1 }));
  const display = showProgress();
  try {
    const tables = await benchTechniques(
      {
        sets: named ?? (quick ? ["digits"] : benchSetNames),
        labelsPerClass: budgets ?? (quick ? [4] : [1, 4, 10, 40]),
        only: flags.only ?? (quick ? mainTechniques : undefined),
        draws: checkInteger("--draws", draws, { min: 1 }),
        steps: checkInteger("--steps", steps, { min: 1 }),
        out,
      },
      { report: display.report },
    );
    display.end();
    const missing = (named ?? []).length - tables.length;
    if (missing > 0)
      console.error("CIFAR-10 is left out: no folder with it is named by FEWSCOPE_DATA.");
    for (const table of tables) console.log(`${techniquesText(table, process.stdout.isTTY)}\n`);
  } finally {
    display.end();
  }
}
