import * as path from "node:path";
import type { Command } from "commander";
import {
  cacheFolder,
  InputError,
  inMinutes,
  sideBySideName,
  StoppedError,
  trainingDevice,
  type Result,
} from "../../core";
import {
  dryRun,
  readPlan,
  runPlan,
  type Plan,
  type RunPlanOptions,
  type Share,
  type StudyOutcome,
} from "../../study";
import { examples } from "../examples";
import { interruptible } from "../interrupt";
import { fittingWorkers } from "../fittingWorkers";
import { showProgress } from "../showProgress";
import { addStudyTools } from "./studyTools";

/** Adds `study PLAN.json --out DIR`, which runs a plan, or what is left of it, and what there is to ask of a study's folder. */
export function study(program: Command): void {
  const command = program
    .command("study")
    .description("run the study of a plan; run again to resume")
    .argument("<plan>", "plan file in JSON")
    .option("--out <folder>", "folder for records, tables and figure")
    .option(
      "--workers <n>",
      "processes, each with the threads that the plan says (default: as many as there are cores and memory for)",
      Number,
    )
    .option("--shard <i/n>", "begin at this part; for processes that are started by hand")
    .option("--encoders-only", "pretrain what is missing, and no more")
    .option("--encoders <folder>", "folder that studies share pretrained encoders in")
    .option("--share-encoders", "share them with all your studies, in the cache folder")
    .option("--checkpoint-seconds <n>", "seconds of work that a kill can cost at most", Number, 30)
    .option("--dry-run", "say what there is to do, and do none of it")
    .addHelpText(
      "after",
      examples(
        "study plan.json --out runs/mine                run it here, again to resume",
        "study plan.json --out runs/mine --workers 4    the same with four processes, which give the same numbers",
        "study plan.json --out runs/mine --shard 1/3    one of three processes that share a folder, on any machines",
        "study status runs/mine                         how far it is",
      ),
    )
    .enablePositionalOptions()
    .action(async (file: string, given: Partial<StudyWords>) => {
      const options = checkOut(given);
      const plan = readPlan(file);
      if (options.dryRun === true) await printDryRun(plan, options.out);
      else {
        const all = optionsOf(options, plan);
        printOutcome(await runWithProgress(plan, all, againWords(file, options)));
      }
    });
  addStudyTools(command);
}

/** The words of the command line. */
interface StudyWords {
  readonly out: string;
  readonly workers?: number;
  readonly shard?: string;
  readonly encodersOnly?: boolean;
  readonly encoders?: string;
  readonly shareEncoders?: boolean;
  readonly checkpointSeconds?: number;
  readonly dryRun?: boolean;
}

function checkOut(words: Partial<StudyWords>): StudyWords {
  const { out } = words;
  if (out !== undefined) return { ...words, out };
  throw new InputError({
    got: "no --out",
    expected: "the folder for records, tables and figure",
    todo: "Add for example --out runs/mine.",
  });
}

/** Options of a command that runs a study. */
export interface StudyOptions extends RunPlanOptions {
  readonly checkpointSeconds?: number | undefined;
}

function optionsOf(words: StudyWords, plan: Plan): StudyOptions {
  const { out, checkpointSeconds, encoders, shareEncoders, shard, encodersOnly } = words;
  // One of several processes that were started by hand is one process.
  const alone = shard !== undefined || encodersOnly === true;
  const { workers = alone ? 1 : workersFor(plan) } = words;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new InputError({
      got: `--workers ${workers}`,
      expected: "a whole number of at least 1",
      todo: "Give as many as there are cores for the threads of each.",
    });
  }
  const part = shard === undefined ? undefined : readShard(shard);
  // Others of its kind may have this machine's other cores.
  if (part !== undefined) process.env[sideBySideName] ??= "off";
  const share =
    encodersOnly === true ? { ...(part ?? { index: 0, count: 1 }), encodersOnly } : part;
  const shared = shareEncoders === true ? path.join(cacheFolder(), "encoders") : undefined;
  return { out, workers, checkpointSeconds, encoders: encoders ?? shared, share };
}

function readShard(text: string): Share {
  const [, i, n] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (i >= 1 && i <= n) return { index: i - 1, count: n };
  throw new InputError({
    got: `--shard ${text}`,
    expected: "a part and how many there are, such as 1/3, 2/3 and 3/3",
    todo: "Start one process for each part, all with the same plan and folder.",
  });
}

function againWords(file: string, { out, workers, shard }: StudyWords): string {
  const how = shard !== undefined ? ` --shard ${shard}` : workers !== undefined ? ` --workers ${workers}` : ""; // prettier-ignore
  return `study ${file} --out ${out}${how}`;
}

/** Processes that a plan can well have on this machine: how many a GPU has memory for, nobody can tell. */
export function workersFor({ threads = 2, device }: Plan): number {
  return (device ?? trainingDevice()) === "webgpu" ? 1 : fittingWorkers(threads);
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
      runPlan(plan, options, {
        report: display.report,
        note: display.note,
        signal,
        checkpointSeconds,
      }),
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

async function printDryRun(plan: Plan, out: string): Promise<void> {
  const { report, note, end } = showProgress();
  const told = await interruptible((signal) => dryRun(plan, out, { report, note, signal })).finally(
    end,
  );
  const { trials, openTrials, openComparisons, openEncoders, megabytes } = told;
  const { pretrainingSeconds, trialSeconds } = told;
  console.log(`${trials} trials, ${trials - openTrials} of them done.`);
  const searched = openComparisons === 0 ? "" : `, ${openComparisons} comparisons of settings`;
  console.log(`To do: ${openTrials} trials${searched}, ${openEncoders} encoders at most.`);
  if (openTrials > 0) {
    const whole = inMinutes(pretrainingSeconds + trialSeconds);
    const parts = `${inMinutes(pretrainingSeconds)} of pretraining, ${inMinutes(trialSeconds)} of trials`;
    console.log(
      `About ${whole} in one process (${parts}), by the pace of some steps of each method.`,
    );
  }
  if (Number.isFinite(megabytes)) console.log(`About ${megabytes.toFixed(1)} MB of disk.`);
}

/** Prints a study's table, what it saves, what went wrong, and where the files are. */
export function printOutcome(outcome: StudyOutcome<Result>): void {
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
