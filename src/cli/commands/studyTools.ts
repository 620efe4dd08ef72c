import * as path from "node:path";
import type { Command } from "commander";
import {
  cancelSlurm,
  compareStudies,
  configureFor,
  exportResults,
  openJob,
  openStore,
  readPlan,
  slurmStatus,
  studyStatus,
  submitSlurm,
  verifyStudy,
  type SlurmStatus,
  type StudyStatus,
} from "../../study";
import { InputError } from "../../core";
import { planLabels } from "./planLabels";
import { studyReport } from "./studyReport";
import { printOutcome, runWithProgress } from "./study";
import { examples } from "../examples";

/** Adds what there is to ask of a study's folder, and to do with it: status, resume, export, verify, compare, plan-labels, report, submit, cancel. */
export function addStudyTools(study: Command): void {
  study
    .command("status")
    .description("how far a study is, who is at what, and what failed")
    .addHelpText("after", examples("study status runs/mine"))
    .argument("<folder>", "output folder of a study")
    .action((folder: string) => printStatus(studyStatus(folder), slurmStatus(folder)));
  study
    .command("resume")
    .description("go on with the study in a folder, by the plan that is kept in it")
    .addHelpText("after", examples("study resume runs/mine --workers 2"))
    .argument("<folder>", "output folder of a study")
    .option("--workers <n>", "processes", Number, 1)
    .action(async (folder: string, { workers }: { workers: number }) => {
      const plan = readPlan(path.join(folder, "plan.json"));
      const options = { out: folder, workers };
      printOutcome(await runWithProgress(plan, options, `study resume ${folder}`));
    });
  study
    .command("export")
    .description("write all results as one table")
    .addHelpText("after", examples("study export runs/mine --csv trials.csv"))
    .argument("<folder>", "output folder of a study")
    .option("--csv <file>", "as CSV")
    .option("--parquet <file>", "as Apache Parquet")
    .action(async (folder: string, { csv, parquet }: { csv?: string; parquet?: string }) => {
      await printExports(folder, csv, parquet);
    });
  study
    .command("verify")
    .description("hold every record of a study against its own hash")
    .addHelpText("after", examples("study verify runs/mine"))
    .argument("<folder>", "output folder of a study")
    .action(printVerification);
  study
    .command("compare")
    .description("hold the trials of two folders against each other")
    .addHelpText("after", examples("study compare runs/mine runs/other"))
    .argument("<first>", "output folder of a study")
    .argument("<second>", "output folder of another run of it")
    .action(printComparison);
  planLabels(study);
  studyReport(study);
  addSlurm(study);
}

function addSlurm(study: Command): void {
  study
    .command("submit")
    .description("write and submit the jobs of what is missing, to Slurm")
    .addHelpText("after", examples("study submit plan.json --out runs/mine"))
    .argument("<plan>", "plan file in JSON")
    .requiredOption("--out <folder>", "folder on a disk that all machines share")
    .option("--slurm", "to Slurm, the only one there is")
    .option("--tasks <n>", "tasks of each array", Number, 4)
    .option("--partition <name>")
    .option("--time <limit>", "limit of each task, such as 2:00:00")
    .option("--gres <resources>", "such as gpu:1")
    .option("--memory <size>", "such as 8G")
    .action(async (file: string, words: SubmitWords) => printSubmission(file, words));
  study
    .command("cancel")
    .description("take a study's jobs out of Slurm's queue; what is done stays")
    .addHelpText("after", examples("study cancel runs/mine"))
    .argument("<folder>", "output folder of a study")
    .action((folder: string) => {
      const ids = cancelSlurm(folder).map(({ id }) => id);
      console.log(`Cancelled ${ids.join(" and ")}. Submit again for what is missing.`);
    });
}

interface SubmitWords {
  readonly out: string;
  readonly tasks: number;
  readonly partition?: string;
  readonly time?: string;
  readonly gres?: string;
  readonly memory?: string;
}

async function printSubmission(file: string, { out, tasks, ...words }: SubmitWords): Promise<void> {
  const plan = readPlan(file);
  configureFor(plan);
  const folder = path.resolve(out);
  const store = openStore(folder);
  store.claims.close();
  if (store.claims.held().size === 0) store.clearFailures();
  await openJob(plan, store);
  const { trials, done, encoders } = studyStatus(folder);
  if (trials === done) {
    console.log("Nothing is missing; fewscope figure draws it again.");
    return;
  }
  const program = [process.execPath, ...process.execArgv, process.argv[1]];
  const jobs = submitSlurm({
    ...words,
    program,
    planFile: path.resolve(file),
    out: folder,
    plan,
    tasks: Math.min(tasks, trials - done),
    encoders: encoders.all - encoders.done,
  });
  for (const { id, kind, tasks: count } of jobs)
    console.log(`Submitted ${count} ${count === 1 ? "task" : "tasks"} for ${kind}: job ${id}.`);
  console.log(`How far it is: fewscope study status ${out}`);
}

function printStatus(status: StudyStatus, jobs: SlurmStatus | undefined): void {
  const { name, trials, done, comparisons, encoders, failures, running } = status;
  console.log(`${name}: ${done} of ${trials} trials done, ${encoders.done} of up to ${encoders.all} encoders kept.`); // prettier-ignore
  if (comparisons.all > 0)
    console.log(`Comparisons of settings: ${comparisons.done} of ${comparisons.all}.`);
  if (Number.isFinite(status.secondsLeft) && done < trials)
    console.log(`About ${Math.ceil(status.secondsLeft / 60)} min of work are left for one process.`); // prettier-ignore
  for (const { what, by } of running) console.log(`At it: ${what} (process ${by.pid} on ${by.host})`); // prettier-ignore
  for (const { trial, message, log } of failures)
    console.log(`Failed: ${trial}. ${message}${log === undefined ? "" : `\n${log}`}`);
  if (jobs === undefined) return;
  for (const { id, kind, state, reason, node } of jobs.tasks) {
    const why = [node === "" ? "" : `on ${node}`, reason].filter((text) => text !== "").join(", ");
    console.log(`Job ${id} (${kind}): ${state.toLowerCase()}${why === "" ? "" : `, ${why}`}`);
  }
  for (const { id, code, log } of jobs.failed)
    console.log(`Job ${id} ended with code ${code}. The end of its log:\n${log}`);
  if (jobs.tasks.length === 0 && done < trials)
    console.log("No job is left in the queue: submit again for what is missing.");
}

async function printExports(folder: string, csv?: string, parquet?: string): Promise<void> {
  if (csv === undefined && parquet === undefined) {
    throw new InputError({
      got: "no file to export to",
      expected: "--csv FILE or --parquet FILE",
      todo: "Name one.",
    });
  }
  for (const [file, ending] of [
    [csv, ".csv"],
    [parquet, ".parquet"],
  ] as const) {
    if (file === undefined) continue;
    const named = ending === ".parquet" && !file.endsWith(ending) ? `${file}${ending}` : file;
    const rows = await exportResults(folder, named);
    console.log(`${rows} rows in ${named}`);
  }
}

function printVerification(folder: string): void {
  const { whole, missing, foreign, damaged } = verifyStudy(folder);
  console.log(`${whole} records whole, ${missing} missing, ${foreign} of other settings or versions.`); // prettier-ignore
  for (const { file, reason } of damaged) console.log(`Damaged: ${file}, since ${reason}.`);
  if (damaged.length > 0) {
    console.log("The next run sets them aside and makes them again.");
    process.exitCode = 1;
  }
}

function printComparison(first: string, second: string): void {
  const rows = compareStudies(first, second);
  const width = Math.max(...rows.map(({ method }) => method.length));
  for (const { method, labelsPerClass, draws, same, mean, halfWidth } of rows) {
    const points = (100 * mean).toFixed(2);
    const half = Number.isFinite(halfWidth) ? ` ± ${(100 * halfWidth).toFixed(2)}` : "";
    const told = same === draws ? "the same" : `${points}${half} points`;
    console.log(`${method.padEnd(width)}  ${String(labelsPerClass).padStart(5)} labels  ${told} (${draws} draws)`); // prettier-ignore
  }
}
