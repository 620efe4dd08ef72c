import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputError, StoppedError } from "../../src/core";
import { dryRun, exportResults, runPlan, studyStatus, verifyStudy } from "../../src/study";
import { ended, lastingFiles, runStudy, startCli, stripesPlan, writeStripes } from "./stripesStudy";

let folder = "";
const out = (name: string): string => path.join(folder, name);

/** One record of a folder. */
const firstRecord = (name: string): string => {
  const [file] = fs.readdirSync(path.join(out(name), "records")).sort();
  return path.join(out(name), "records", file);
};

describe("study/executors", function () {
  this.timeout(600_000);
  let whole: Record<string, string> = {};
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-executors-"));
    writeStripes(out("set.npz"));
    fs.writeFileSync(out("plan.json"), JSON.stringify(stripesPlan(folder)));
    await runPlan(stripesPlan(folder), { out: out("inline") });
    whole = lastingFiles(out("inline"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("leaves the same bytes with two workers as in one process", async () => {
    const done: number[] = [];
    const report = ({ unit, done: now }: { unit?: string; done: number }): void =>
      void (unit === "trial" && done.push(now));
    const { results, failures } = await runPlan(stripesPlan(folder), { out: out("two"), workers: 2 }, { report }); // prettier-ignore
    assert.deepEqual([results.length, failures], [16, []]);
    assert.deepEqual(lastingFiles(out("two")), whole);
    assert.deepEqual(fs.readdirSync(path.join(out("two"), "claims")), []);
    assert.ok(done.every((now, i) => i === 0 || now >= done[i - 1]));
  });

  it("gathers what two workers find without TensorFlow, which the first of them asks", async () => {
    const script = path.join(__dirname, "gatherer.ts");
    const words = ["--import", "tsx", script, out("plan.json"), out("gathered")];
    const { code, text } = await ended(spawn(process.execPath, words, { stdio: "pipe" }));
    assert.equal(code, 0, text);
    assert.deepEqual(JSON.parse(text), { trials: 16, found: 16, loaded: false });
    assert.deepEqual(lastingFiles(out("gathered")), whole);
    const [one, two] = ["inline", "gathered"].map((name) =>
      ["audit.json", "study.json", "split.json"].map((file) =>
        fs.readFileSync(path.join(out(name), file), "utf8"),
      ),
    );
    assert.deepEqual(two, one);
  });

  it("refuses with two workers what one process refuses, and stops while the first of them opens the study", async () => {
    const refused = (workers: number): Promise<string> =>
      runPlan(stripesPlan(folder, { labelsPerClass: [500] }), {
        out: out("refused"),
        workers,
      }).then(
        () => "not refused",
        (error: Error) => error.message,
      );
    assert.match(await refused(2), /500/);
    assert.equal(await refused(2), await refused(1));
    const stop = new AbortController();
    const report = (): void => stop.abort();
    const on = { report, signal: stop.signal };
    await assert.rejects(runPlan(stripesPlan(folder), { out: out("early"), workers: 2 }, on), StoppedError); // prettier-ignore
    assert.ok(!fs.existsSync(path.join(out("early"), "records")));
  });

  it("leaves the same bytes with three shards that are started by hand on one folder", async () => {
    const words = ["study", out("plan.json"), "--out", out("shards")];
    const shards = [1, 2, 3].map((i) => ended(startCli([...words, "--shard", `${i}/3`], "pipe")));
    for (const { code, text } of await Promise.all(shards)) {
      assert.equal(code, 0, text);
      assert.match(text, /16 trials/);
    }
    assert.deepEqual(lastingFiles(out("shards")), whole);
  });

  it("replaces a worker that dies, and goes on where it was", async () => {
    const child = startCli(["study", out("plan.json"), "--out", out("killed"), "--workers", "2", "--checkpoint-seconds", "0"], "pipe"); // prettier-ignore
    const finished = ended(child);
    let killed = 0;
    const watch = setInterval(() => {
      const claims = path.join(out("killed"), "claims");
      const names = fs.existsSync(claims) ? fs.readdirSync(claims) : [];
      for (const name of names.filter((one) => one.length === 64)) {
        if (killed >= 2) return;
        try {
          const { pid } = JSON.parse(fs.readFileSync(path.join(claims, name), "utf8")) as { pid: number }; // prettier-ignore
          process.kill(pid, "SIGKILL");
          killed++;
        } catch {
          // It was released in between.
        }
      }
    }, 100);
    const { code, text } = await finished;
    clearInterval(watch);
    assert.equal(code, 0, text);
    assert.equal(killed, 2);
    assert.deepEqual(lastingFiles(out("killed")), whole);
  });

  it("gives up the trial at which process after process dies, with its log, and does the others", async () => {
    const plan = stripesPlan(folder);
    await runPlan({ ...plan, methods: plan.methods.slice(2, 3) }, { out: out("deadly") });
    const gone = firstRecord("deadly");
    fs.rmSync(gone);
    const key = path.basename(gone, ".json");
    const log = out("worker.log");
    fs.writeFileSync(log, "a\nout of memory\n");
    const dead = { token: "t", beat: 0, host: os.hostname(), pid: 0, died: 2, log };
    fs.mkdirSync(path.join(out("deadly"), "claims"), { recursive: true });
    fs.writeFileSync(path.join(out("deadly"), "claims", key), JSON.stringify(dead));
    // One of those that are started by hand or by a queue, again and again.
    const share = { index: 0, count: 1 };
    const { results, failures } = await runPlan({ ...plan, methods: plan.methods.slice(2, 3) }, { out: out("deadly"), share }); // prettier-ignore
    assert.equal(results.length, 3);
    assert.match(failures[0].error.message, /3 processes died at pixels/);
    const [mark] = studyStatus(out("deadly")).failures;
    assert.equal(mark.died, 3);
    assert.match(mark.log ?? "", /out of memory/);
    // The next run tries it again.
    const again = await runPlan({ ...plan, methods: plan.methods.slice(2, 3) }, { out: out("deadly") }); // prettier-ignore
    assert.equal(again.failures.length, 0);
  });

  it("sets a damaged record aside, says so, never trusts or deletes it, and makes it again", async () => {
    const plan = { ...stripesPlan(folder), methods: stripesPlan(folder).methods.slice(2, 3) };
    await runPlan(plan, { out: out("damaged") });
    const file = firstRecord("damaged");
    const text = fs.readFileSync(file, "utf8");
    const flattered = text.replace(/"accuracy": [\d.]+/, '"accuracy": 0.999');
    assert.notEqual(flattered, text);
    fs.writeFileSync(file, flattered);
    fs.writeFileSync(path.join(out("damaged"), "records", "note.txt"), "mine");
    const found = verifyStudy(out("damaged"));
    assert.deepEqual([found.whole, found.missing], [3, 1]);
    assert.match(
      found.damaged.map(({ reason }) => reason).join(),
      /content is not what was written/,
    );
    const again = await runPlan(plan, { out: out("damaged") });
    assert.match(again.notes.join(), /was not used, since its content is not what was written/);
    assert.equal(fs.readFileSync(file, "utf8"), text);
    const aside = path.join(out("damaged"), "aside", path.basename(file));
    assert.equal(fs.readFileSync(aside, "utf8"), flattered);
    assert.ok(fs.existsSync(path.join(out("damaged"), "records", "note.txt")));
  });

  it("trains a damaged encoder again", async () => {
    const plan = { ...stripesPlan(folder), methods: stripesPlan(folder).methods.slice(0, 1) };
    await runPlan(plan, { out: out("encoder") });
    const records = lastingFiles(out("encoder"));
    const [name] = fs.readdirSync(path.join(out("encoder"), "encoders"));
    fs.writeFileSync(path.join(out("encoder"), "encoders", name), "cut");
    fs.rmSync(path.join(out("encoder"), "records"), { recursive: true });
    const { notes } = await runPlan(plan, { out: out("encoder") });
    assert.match(notes.join(), /The encoder .* was not used/);
    assert.deepEqual(lastingFiles(out("encoder")), records);
  });

  it("refuses a folder of another study, and images that have changed", async () => {
    const other = { ...stripesPlan(folder), name: "other" };
    const refuses = async (plan: typeof other, words: RegExp): Promise<void> => {
      await assert.rejects(
        runPlan(plan, { out: out("inline") }),
        (error) => error instanceof InputError && words.test(error.message),
      );
    };
    await refuses(other, /the study "stripes" was run, for "other"/);
    const kept = fs.readFileSync(out("set.npz"));
    const changed = Buffer.from(kept);
    changed[400] ^= 1;
    const half = {
      ...stripesPlan(folder),
      data: { ...stripesPlan(folder).data, firstPerClass: 12 },
    };
    await refuses(half, /the data have changed/);
  });

  it("tells how far a study is, what there is to do, and exports what is done", async () => {
    const status = studyStatus(out("inline"));
    assert.deepEqual([status.trials, status.done, status.failures], [16, 16, []]);
    assert.ok(status.seconds > 0);
    const more = { ...stripesPlan(folder), draws: 3 };
    const told = await dryRun(more, out("inline"));
    assert.deepEqual([told.trials, told.openTrials], [24, 8]);
    assert.ok(told.trialSeconds > 0 && told.megabytes > 0);
    await runPlan(stripesPlan(folder), { out: out("inline") });
    const file = out("results.parquet");
    assert.equal(await exportResults(out("inline"), file), 16);
    const { parquetReadObjects } = await import("hyparquet");
    const bytes = fs.readFileSync(file);
    const rows = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) }); // prettier-ignore
    assert.equal(rows.length, 16);
    assert.equal(rows[0]["method"], "SimCLR + logistic");
    const csv = out("results.csv");
    await exportResults(out("inline"), csv);
    assert.equal(fs.readFileSync(csv, "utf8").trim().split("\n").length, 17);
  });

  it("goes on after the parent and its workers were killed", async () => {
    const words = ["--workers", "2"];
    const file = out("plan.json");
    const has = (): boolean => fs.existsSync(path.join(out("parents"), "records"));
    assert.equal(await runStudy(file, out("parents"), has, words), "SIGKILL");
    assert.equal(await runStudy(file, out("parents"), undefined, words), 0);
    assert.deepEqual(lastingFiles(out("parents")), whole);
  });
});
