import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runPlan } from "../../src/study";
import { hasSlurm, startSlurm, until, type LocalSlurm } from "./localSlurm";
import { ended, lastingFiles, startCli, stripesPlan, writeStripes } from "./stripesStudy";

let folder = "";
let slurm: LocalSlurm | undefined;
const out = (name: string): string => path.join(folder, name);

/** Runs the command line where Slurm's commands find this Slurm. */
async function cli(...words: string[]): Promise<string> {
  const { code, text } = await ended(startCli(words, "pipe", slurm?.env));
  assert.equal(code, 0, text);
  return text;
}

const squeue = (format: string): string[] =>
  (slurm?.run("squeue", "--noheader", "--array", `--format=${format}`) ?? "").split("\n").filter(Boolean); // prettier-ignore

const records = (): number => {
  const where = path.join(out("cluster"), "records");
  return fs.existsSync(where) ? fs.readdirSync(where).length : 0;
};

const queueNow = (): string => `an empty queue, which is ${squeue("%i %T %N %r").join("; ")}`;

/** Whether the process that looks after a job on its node is still there: a node drains itself that is given a job which it still tidies up. */
function isOnNode(job: string): boolean {
  return fs.readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return fs.readFileSync(`/proc/${name}/cmdline`, "utf8").startsWith(`slurmstepd: [${job}.`);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/**
 * Does what somebody at the machine would do for jobs that wait: Slurm lets what it takes back wait for two minutes, and holds a job whose launch failed on a node that was
 * still tidying up until someone lets it go.
 */
function hurry(): void {
  for (const line of squeue("%i|%r")) {
    const [id, reason] = line.split("|");
    if (reason === "BeginTime") slurm?.run("scontrol", "update", `JobId=${id}`, "StartTime=now");
    if (/held|launch failed/i.test(reason)) slurm?.run("scontrol", "release", id);
  }
}

describe("study/executors/slurm: two nodes", function () {
  this.timeout(600_000);
  before(async function () {
    if (!hasSlurm()) this.skip();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-slurm-"));
    try {
      slurm = await startSlurm(fs.mkdtempSync(path.join(folder, "s")));
    } catch (error) {
      // As in a container whose kernel or network its nodes cannot live with.
      process.stderr.write(`      Slurm does not start here: ${String(error)}\n`);
      this.skip();
    }
    writeStripes(out("set.npz"));
    fs.writeFileSync(out("plan.json"), JSON.stringify(stripesPlan(folder)));
  });
  after(async () => {
    await slurm?.stop();
    if (folder !== "") fs.rmSync(folder, { recursive: true });
  });

  it("leaves the same bytes as one process, though a node goes down in the middle and comes back", async () => {
    const submitted = await cli("study", "submit", out("plan.json"), "--slurm", "--out", out("cluster"), "--tasks", "2"); // prettier-ignore
    assert.match(submitted, /Submitted 2 tasks for pretraining: job \d+/);
    assert.match(submitted, /Submitted 2 tasks for trials/);
    assert.match(await cli("study", "status", out("cluster")), /waits for the pretraining/);
    await until("a task that runs", () => squeue("%T").includes("RUNNING"));
    const running = squeue("%T|%N|%A").find((line) => line.startsWith("RUNNING|")) ?? "";
    const [, node, job] = running.split("|");
    slurm?.run("scontrol", "update", `NodeName=${node}`, "State=DOWN", "Reason=test");
    await until("what ran there in the queue again", () => squeue("%T|%N").every((line) => !line.startsWith(`RUNNING|${node}`))); // prettier-ignore
    await until("the end of what ran there", () => !isOnNode(job));
    slurm?.run("scontrol", "update", `NodeName=${node}`, "State=RESUME");
    await until(queueNow, () => (hurry(), squeue("%i").length === 0), 300);
    assert.equal(records(), 16, await cli("study", "status", out("cluster")));
    await runPlan(stripesPlan(folder), { out: out("here") });
    assert.deepEqual(lastingFiles(out("cluster")), lastingFiles(out("here")));
  });

  it("cancels, goes on here, and submits only what is missing", async () => {
    const plan = { ...stripesPlan(folder), draws: 3 };
    fs.writeFileSync(out("more.json"), JSON.stringify(plan));
    await cli("study", "submit", out("more.json"), "--slurm", "--out", out("cluster"));
    assert.match(await cli("study", "cancel", out("cluster")), /Cancelled \d+/);
    // A task that is told to stop must not put itself back.
    await until(queueNow, () => squeue("%i").length === 0);
    await cli("study", out("more.json"), "--out", out("cluster"));
    assert.equal(records(), 24);
    const again = await cli("study", "submit", out("more.json"), "--slurm", "--out", out("cluster")); // prettier-ignore
    assert.match(again, /Nothing is missing/);
  });

  it("puts a task back whose time runs out, and ends with the same bytes", async () => {
    await cli("study", "submit", out("plan.json"), "--slurm", "--out", out("short"), "--tasks", "1"); // prettier-ignore
    const running = (): string => squeue("%A|%T").find((line) => line.endsWith("|RUNNING")) ?? "";
    const claims = path.join(out("short"), "claims");
    await until("a task at work", () => running() !== "" && fs.existsSync(claims) && fs.readdirSync(claims).length > 0); // prettier-ignore
    const [id] = running().split("|");
    // What the scheduler sends a minute before the limit.
    slurm?.run("scancel", "--batch", "--signal=USR1", id);
    await until(queueNow, () => !running().startsWith(`${id}|`));
    await until(queueNow, () => (hurry(), squeue("%i").length === 0), 300);
    assert.match(await cli("study", "status", out("short")), /16 of 16|16 trials/);
    assert.deepEqual(lastingFiles(out("short")), lastingFiles(out("here")));
  });
});
