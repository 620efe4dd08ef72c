import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { InputError, writeFileAtomically } from "../../core";
import type { Plan } from "../plan";
import { lastLines } from "../store/lastLines";

/** How a study's jobs are submitted to Slurm. */
export interface SlurmOptions {
  /** Words that start this program, for example the paths of Node and of its main file. */
  readonly program: readonly string[];
  readonly planFile: string;
  readonly out: string;
  readonly plan: Plan;
  /** Tasks of each array, at least 1. */
  readonly tasks: number;
  readonly partition?: string | undefined;
  /** Limit of each task, as Slurm writes it; a minute before it a checkpoint is made and the task goes back into the queue. */
  readonly time?: string | undefined;
  readonly gres?: string | undefined;
  readonly memory?: string | undefined;
  /** Encoders that are missing; without any there is no array for them. */
  readonly encoders: number;
}

/** An array of jobs that was submitted. */
export interface SlurmJob {
  readonly id: string;
  readonly kind: "pretraining" | "trials";
  readonly tasks: number;
}

/** A task as the queue has it. */
export interface SlurmTask {
  readonly id: string;
  readonly kind: SlurmJob["kind"];
  /** Slurm's own word, such as PENDING or RUNNING. */
  readonly state: string;
  /** Why it waits, in plain words; empty for one that runs. */
  readonly reason: string;
  readonly node: string;
}

/** What became of the jobs of a study. */
export interface SlurmStatus {
  readonly tasks: readonly SlurmTask[];
  /** Tasks that ended otherwise than well, with the end of their log. */
  readonly failed: readonly { readonly id: string; readonly code: number; readonly log: string }[];
}

const folderOf = (out: string): string => path.join(out, "slurm");

/**
 * Writes the job scripts of a study and submits them: an array for what is to be pretrained, and one for the trials that waits for it. The tasks share the
 * study's folder and nothing else, so that it may be on any shared disk.
 * @throws InputError if Slurm is not there or refuses
 */
export function submitSlurm(options: SlurmOptions): SlurmJob[] {
  const { out, encoders, tasks } = options;
  fs.mkdirSync(path.join(folderOf(out), "logs"), { recursive: true });
  fs.rmSync(path.join(folderOf(out), "ends"), { recursive: true, force: true });
  fs.mkdirSync(path.join(folderOf(out), "ends"), { recursive: true });
  const jobs: SlurmJob[] = [];
  if (encoders > 0) {
    const count = Math.min(tasks, encoders);
    jobs.push({ id: submit(options, "pretraining", count), kind: "pretraining", tasks: count });
  }
  const after = jobs[0] === undefined ? [] : [`--dependency=afterany:${jobs[0].id}`];
  jobs.push({ id: submit(options, "trials", tasks, after), kind: "trials", tasks });
  writeFileAtomically(path.join(folderOf(out), "jobs.json"), `${JSON.stringify(jobs, undefined, 1)}\n`); // prettier-ignore
  return jobs;
}

function submit(
  options: SlurmOptions,
  kind: SlurmJob["kind"],
  tasks: number,
  words: readonly string[] = [],
): string {
  const file = path.join(folderOf(options.out), `${kind}.sh`);
  writeFileAtomically(file, jobScript(options, kind, tasks));
  const id = slurm("sbatch", ["--parsable", ...words, file])
    .trim()
    .split(";")[0];
  if (/^\d+$/.test(id)) return id;
  throw new InputError({
    got: `"${id}" from sbatch`,
    expected: "the number of a job",
    todo: "Submit the script in the folder slurm by hand to see what is wrong.",
  });
}

/** The script of one task of an array. */
export function jobScript(
  { program, planFile, out, plan, partition, time, gres, memory }: SlurmOptions,
  kind: SlurmJob["kind"],
  tasks: number,
): string {
  const folder = folderOf(out);
  const lines = [
    `--job-name=${plan.name.replace(/[^A-Za-z0-9-]+/g, "-").slice(0, 30)}-${kind}`,
    `--array=0-${tasks - 1}`,
    `--output=${path.join(folder, "logs", "%A_%a.log")}`,
    "--open-mode=append",
    "--requeue",
    // A minute before the limit, to the script alone.
    "--signal=B:USR1@60",
    `--cpus-per-task=${plan.threads ?? 2}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(gres === undefined ? [] : [`--gres=${gres}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
  ].map((line) => `#SBATCH ${line}`);
  const command = [...program, "study", planFile, "--out", out].map(quote).join(" ");
  const only = kind === "pretraining" ? " --encoders-only" : "";
  const end = `${quote(path.join(folder, "ends"))}/"\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"`;
  return `#!/bin/bash
${lines.join("\n")}
again=no
# The limit is near: what is left is for another turn. A job that somebody cancelled makes its checkpoint too, and does not come back.
trap 'again=yes; kill -TERM $child 2>/dev/null' USR1
trap 'kill -TERM $child 2>/dev/null' TERM
${command} --shard "$((SLURM_ARRAY_TASK_ID + 1))/${tasks}"${only} &
child=$!
code=0
wait $child || code=$?
# A signal ends the first wait, not the process; it makes its checkpoint and then ends.
while kill -0 $child 2>/dev/null; do code=0; wait $child || code=$?; done
echo $code > ${end}
if [ $code -eq 130 ] && [ $again = yes ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit $code
`;
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/**
 * What became of a study's jobs: those in the queue with the reason why they wait, and those that ended badly. Asks the queue alone, since many
 * machines keep no accounts.
 * @throws InputError if Slurm is not there
 */
export function slurmStatus(out: string): SlurmStatus | undefined {
  const jobs = readJobs(out);
  if (jobs.length === 0) return undefined;
  const ids = jobs.map(({ id }) => id).join(",");
  // Jobs that are long over make squeue fail; then none is left.
  const listed = slurm("squeue", ["--noheader", "--array", "--format=%i|%T|%r|%N", `--jobs=${ids}`], true); // prettier-ignore
  const tasks = listed
    .split("\n")
    .filter((line) => line.includes("|"))
    .map((line): SlurmTask => {
      const [id, state, reason, node] = line.trim().split("|");
      const kind = jobs.find((job) => id.startsWith(`${job.id}_`))?.kind ?? "trials";
      return { id, kind, state, reason: reasonInWords(reason), node };
    });
  return { tasks, failed: failedTasks(out) };
}

function failedTasks(out: string): SlurmStatus["failed"] {
  const ends = path.join(folderOf(out), "ends");
  if (!fs.existsSync(ends)) return [];
  return fs.readdirSync(ends).flatMap((id) => {
    const code = Number(fs.readFileSync(path.join(ends, id), "utf8"));
    // 130: told to stop, and put back into the queue.
    if (code === 0 || code === 130) return [];
    return [{ id, code, log: lastLines(path.join(folderOf(out), "logs", `${id}.log`), 5) }];
  });
}

const reasons: Readonly<Record<string, string>> = {
  Resources: "waits for a free machine",
  Priority: "others are before it",
  Dependency: "waits for the pretraining",
  DependencyNeverSatisfied: "the pretraining it waits for will not end: cancel and submit again",
  BeginTime: "was put back and begins again soon",
  PartitionTimeLimit: "asks for more time than the partition gives",
  PartitionDown: "its partition is down",
  ReqNodeNotAvail: "the machines it needs are down or reserved",
  QOSMaxJobsPerUserLimit: "you have as many jobs running as you may",
  AssocMaxJobsLimit: "your account has as many jobs running as it may",
  JobHeldUser: "is held: release it with scontrol release",
  JobHeldAdmin: "is held by an administrator",
  None: "",
};

function reasonInWords(reason: string): string {
  const name = reason.split(",")[0].replace(/[()]/g, "");
  return reasons[name] ?? reason;
}

/**
 * Takes a study's jobs out of the queue; what they have done stays.
 * @throws InputError if Slurm is not there, or no job was submitted
 */
export function cancelSlurm(out: string): readonly SlurmJob[] {
  const jobs = readJobs(out);
  if (jobs.length === 0) {
    throw new InputError({
      got: `"${out}", from which no job was submitted`,
      expected: "the folder of a study that was submitted",
      todo: "Stop a study that runs here with Ctrl-C.",
    });
  }
  slurm("scancel", jobs.map(({ id }) => id), true); // prettier-ignore
  return jobs;
}

function readJobs(out: string): SlurmJob[] {
  const file = path.join(folderOf(out), "jobs.json");
  if (!fs.existsSync(file)) return [];
  return JSON.parse(fs.readFileSync(file, "utf8")) as SlurmJob[];
}

/** Runs one of Slurm's commands and gives what it printed. */
function slurm(command: string, words: readonly string[], mayFail = false): string {
  const { error, status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  if (error !== undefined) {
    throw new InputError(
      {
        got: `no ${command} on this machine`,
        expected: "Slurm's commands",
        todo: "Submit from a machine of the cluster; or start shards by hand with --shard 1/4 and so on.",
      },
      { cause: error },
    );
  }
  if (status !== 0 && !mayFail) {
    throw new InputError({
      got: `a refusal of ${command}: ${stderr.trim()}`,
      expected: "a job that Slurm takes",
      todo: "Change --partition, --time, --gres or --memory.",
    });
  }
  return stdout;
}
