import * as path from "node:path";
import type { Command } from "commander";
import { StoppedError } from "../../core";
import { readPlan, runPlan, type Plan, type StudyOutcome } from "../../study";
import { interruptible } from "../interrupt";
import { showProgress } from "../showProgress";
import { planLabels } from "./planLabels";

/** Adds `study PLAN.json --out DIR`, which runs a plan, or what is left of it, and what else can be done with a study. */
export function study(program: Command): void {
  const group = program
    .command("study")
    .description("run the study of a plan (run again to resume), and plan labels from it")
    .usage("<plan> --out <folder> | plan-labels <folder> --target <score>");
  group
    .command("run", { isDefault: true })
    .description("run the study of a plan; run again to resume")
    .argument("<plan>", "plan file in JSON")
    .requiredOption("--out <folder>", "folder for records, tables and figure")
    .option("--encoders <folder>", "folder that studies share pretrained encoders in")
    .option("--checkpoint-seconds <n>", "seconds of work that a kill can cost at most", Number, 30)
    .action(async (file: string, options: StudyOptions) => {
      const outcome = await runWithProgress(
        readPlan(file),
        options,
        `study ${file} --out ${options.out}`,
      );
      printOutcome(outcome);
    });
  planLabels(group);
}

/** Options of a command that runs a study. */
export interface StudyOptions {
  readonly out: string;
  readonly encoders?: string;
  readonly checkpointSeconds?: number;
}

/** Runs a plan with progress shown and Ctrl-C heard; `again` is the command that resumes it. */
export async function runWithProgress(
  plan: Plan,
  { checkpointSeconds = 30, ...options }: StudyOptions,
  again: string,
): Promise<StudyOutcome> {
  const display = showProgress();
  try {
    return await interruptible((signal) =>
      runPlan(plan, options, { report: display.report, signal, checkpointSeconds }),
    );
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    throw new StoppedError(
      `Stopped; all that is finished is kept in ${options.out}. Resume with: fewscope ${again}`,
    );
  } finally {
    display.end();
  }
}

/** Prints a study's table, what it saves, what went wrong, and where the files are. */
export function printOutcome(outcome: StudyOutcome): void {
  const { results, failures, found, table, savings, folder } = outcome;
  if (results.length > 0) {
    console.log(`\n${results[0].dataset}: mean of the draws ± half of the 95 % interval, in %\n`);
    console.log(table);
    if (savings !== "") console.log(`\n${savings}`);
    const figure = path.join(folder, "label-efficiency.html");
    console.log(`\n${results.length} trials, ${found} of them found done, recorded in ${folder}.`);
    console.log(`Figure: ${figure} (also .svg, .png, .json)`);
  }
  for (const note of outcome.notes) console.log(note);
  for (const { trial, error } of failures) console.error(`Not done: ${trial}. ${error.message}`);
  if (failures.length > 0) process.exitCode = 1;
}
