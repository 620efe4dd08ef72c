import * as path from "node:path";
import type { Command } from "commander";
import { readPlan } from "../../study";
import { printOutcome, runWithProgress, workersFor } from "./study";
import { examples } from "../examples";

/** The project's own folder, which holds the plans. */
const project = path.join(__dirname, "..", "..", "..");

/** Adds `demo`: the study of the embedded data set. */
export function demo(program: Command): void {
  program
    .command("demo")
    .description("how many labels SimCLR saves on simulated STM images: minutes, then a figure")
    .addHelpText("after", examples("demo --out runs/demo"))
    .option("--out <folder>", "folder for records, tables and figure", path.join("runs", "demo"))
    .action(async (options: { out: string }) => {
      const plan = readPlan(path.join(project, "notebooks", "plans", "demo.json"));
      const all = { ...options, workers: workersFor(plan) };
      printOutcome(await runWithProgress(plan, all, "demo"));
    });
}
