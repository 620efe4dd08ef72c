import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as study from "../../src/study";
import { createRng, InputError, tf, type Factory } from "../../src/core";
import * as pretrain from "../../src/pretrain";
import { smallOptions } from "./everyMethod";
import { lastingFiles, runStudy, stripesPlan, stripesSet, writeStripes } from "./stripesStudy";

const set = stripesSet;
let folder = "";
const plan = (changes: object = {}): study.Plan => stripesPlan(folder, changes);
const writeSet = (name: string, labels: Int32Array): void =>
  writeStripes(path.join(folder, name), labels);

const tiny = { epochs: 1, batchSize: 24, encoder: { resnet: { depth: 8, width: 2 } } };

/** Every self-supervised method, as small as can be. */
const selfSupervised = study.selfSupervised.map((name) => ({
  name,
  pretrain: { [name]: smallOptions(study.pretrainings[name], {}, tiny) },
  classify: { prototypes: {} },
}));

/** Every classifier, as small as can be, but for the one that needs a network trained for it; most see images without labels. */
const everyClassifier = Object.entries<Factory<unknown>>(study.classifiers)
  .filter(([name]) => name !== "relation")
  .map(([name, factory]) => ({
    name,
    pretrain: { none: { encoder: tiny.encoder } },
    classify: {
      [name]: smallOptions(
        factory,
        {},
        factory.definition.options["batchSize"] === undefined ? {} : { batchSize: 6 },
      ),
    },
  }));

describe("study/runPlan", function () {
  this.timeout(600_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-study-"));
    writeSet("set.npz", set.labels);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("leaves a record for every trial, tables and the figure, and computes nothing twice", async () => {
    const out = path.join(folder, "once");
    const first = await study.runPlan(plan(), { out });
    assert.equal(first.results.length, 4 * 2 * 2);
    assert.deepEqual([first.failures.length, first.found], [0, 0]);
    for (const result of first.results) {
      assert.equal(result.labelsRead, 3 * result.labelsPerClass);
      assert.ok(result.accuracy >= 0 && result.accuracy <= 1);
    }
    const lines = fs.readFileSync(path.join(out, "results.csv"), "utf8").trim().split("\n");
    assert.equal(
      lines[0],
      "dataset,method,labelsPerClass,draw,seed,accuracy,balancedAccuracy,macroF1,nTest,labelsRead",
    );
    assert.equal(lines.length, 17);
    for (const format of ["html", "svg", "png", "json"])
      assert.ok(fs.statSync(path.join(out, `label-efficiency.${format}`)).size > 1000, format);
    const times = (): number[] =>
      fs.readdirSync(out).map((f) => fs.statSync(path.join(out, f)).mtimeMs);
    const before = times();
    const again = await study.runPlan(plan(), { out });
    assert.equal(again.found, 16);
    assert.deepEqual(again.results, first.results);
    assert.deepEqual(times(), before);
  });

  it("gives the same bytes on a second run", async () => {
    await study.runPlan(plan(), { out: path.join(folder, "a") });
    await study.runPlan(plan(), { out: path.join(folder, "b") });
    assert.deepEqual(lastingFiles(path.join(folder, "a")), lastingFiles(path.join(folder, "b")));
  });

  for (const [title, changes] of [
    ["", {}],
    [": every self-supervised method", { methods: selfSupervised, labelsPerClass: [1], draws: 1 }],
    [": every classifier", { methods: everyClassifier, labelsPerClass: [1], draws: 1 }],
  ] as const) {
    it(`changes no record when the labels of the unlabelled pool are permuted${title}`, async () => {
      const out = path.join(folder, `true labels${title.length}`);
      const first = await study.runPlan(plan(changes), { out });
      assert.deepEqual(first.failures, []);
      for (const { collapse } of first.results) {
        assert.ok(collapse !== undefined && collapse.spread > 0);
        assert.ok(collapse.effectiveRank >= 1);
      }
      const split = JSON.parse(fs.readFileSync(path.join(out, "split.json"), "utf8")) as {
        test: string[];
        draws: { byClass: Record<string, string[]> }[];
      };
      const read = new Set([
        ...split.test,
        ...split.draws.flatMap((d) => Object.values(d.byClass).flat()),
      ]);
      const ids = JSON.parse(fs.readFileSync(path.join(out, "split.json"), "utf8")) as {
        pretrain: string[];
        test: string[];
      };
      const order = [...ids.pretrain, ...ids.test];
      const position = new Map(order.map((id) => [id, Number(id.split("-").at(-1))]));
      const labels = set.labels.slice();
      let changed = 0;
      for (const id of order) {
        const i = position.get(id) ?? 0;
        if (read.has(id)) continue;
        labels[i] = (labels[i] + 1) % 3;
        changed += 1;
      }
      assert.ok(changed > 20, `${changed} labels changed`);
      writeSet("permuted.npz", labels);
      const data = { ...plan().data, npz: path.join(folder, "permuted.npz") };
      const other = path.join(folder, `permuted labels${title.length}`);
      const ladder = path.join(out, "split.json");
      await study.runPlan(plan({ ...changes, data, ladder }), { out: other });
      assert.deepEqual(lastingFiles(other), lastingFiles(out));
    });
  }

  it("starts from an encoder in a file, and knows it by its content", async () => {
    const made = await pretrain.none({ encoder: tiny.encoder })(set, createRng(1));
    const run = async (name: string): Promise<string[]> => {
      const file = path.join(folder, `${name}.safetensors`);
      await made.save(file);
      const methods = [{ name: "one", pretrain: { from: { file } }, classify: { prototypes: {} } }];
      const out = path.join(folder, `from ${name}`);
      const { results, failures } = await study.runPlan(plan({ methods }), { out });
      assert.deepEqual([results.length, failures], [4, []]);
      return results.map((result) => result.key);
    };
    const keys = await run("a");
    assert.deepEqual(await run("b"), keys);
    const weight = made.network?.variables.get("stem.conv.weight");
    tf.tidy(() => weight?.assign(weight.mul(2)));
    assert.notDeepEqual(await run("a"), keys);
    made.dispose();
  });

  it("has one record for two spellings of a method, and another for another option", async () => {
    const out = path.join(folder, "spellings");
    const own = (options: object): object => ({
      methods: [{ name: "one", pretrain: { simclr: options }, classify: { prototypes: {} } }],
      draws: 1,
      labelsPerClass: [1],
    });
    const short = await study.runPlan(plan(own(tiny)), { out });
    const long = { ...tiny, temperature: 0.5, outputDim: 128, hiddenDim: null, pairs: "none" };
    const again = await study.runPlan(plan(own({ ...long, views: "photo" })), { out });
    assert.deepEqual([again.found, again.notes], [1, []]);
    assert.deepEqual(again.results, short.results);
    const other = await study.runPlan(plan(own({ ...tiny, temperature: 0.4 })), { out });
    assert.equal(other.found, 0);
    assert.match(other.notes.join(), /^1 record of other settings or an earlier version/);
  });

  it("writes the plan with every default filled in, which gives the same records", async () => {
    const out = path.join(folder, "full");
    const first = await study.runPlan(plan(), { out });
    const full = study.readPlan(path.join(out, "plan.json"));
    const { simclr } = full.methods[0].pretrain as { simclr: Record<string, unknown> };
    assert.deepEqual(
      [simclr["epochs"], simclr["temperature"], simclr["hiddenDim"]],
      [3, 0.5, null],
    );
    assert.equal((simclr["views"] as { grey: { turns: boolean } }).grey.turns, false);
    const again = await study.runPlan(full, { out });
    assert.equal(again.found, 16);
    assert.deepEqual(again.results, first.results);
  });

  it("reads a folder of an earlier version, and takes none of its records for new ones", async () => {
    const out = path.join(folder, "old");
    await study.runPlan(plan({ name: "stripes" }), { out });
    // As an earlier version named and wrote them: without settings.
    const records = path.join(out, "records");
    const renamed = fs.readdirSync(records).map((name) => {
      const record = JSON.parse(fs.readFileSync(path.join(records, name), "utf8")) as object;
      const key = [...name.slice(0, 64)].reverse().join("");
      const other = { format: undefined, sha256: undefined, recall: undefined, fewscope: "0.1.0" };
      const old = { ...record, key, pretrain: { simclr: {} }, classify: {}, ...other };
      fs.rmSync(path.join(records, name));
      fs.writeFileSync(path.join(records, `${key}.json`), JSON.stringify(old));
      return [name.slice(0, 64), key] as const;
    });
    const file = path.join(out, "study.json");
    const text = renamed.reduce((all, [now, then]) => all.replaceAll(now, then), fs.readFileSync(file, "utf8")); // prettier-ignore
    fs.writeFileSync(file, text);
    const drawn = await study.redraw(out);
    assert.equal(drawn.results.length, 16);
    const again = await study.runPlan(plan(), { out });
    assert.equal(again.found, 0);
    assert.match(again.notes.join(), /^16 records of other settings or an earlier version/);
    assert.equal(fs.readdirSync(records).length, 32);
  });

  it("goes on after a training that diverged, and tells so", async () => {
    const wild = { byol: { ...tiny, hiddenDim: 8, outputDim: 4, epochs: 8, learningRate: 1e30 } };
    const methods = [
      { name: "wild", pretrain: wild, classify: { prototypes: {} } },
      { name: "pixels", pretrain: { pixels: {} }, classify: { prototypes: {} } },
    ];
    const out = path.join(folder, "wild");
    const { results, failures } = await study.runPlan(plan({ methods }), { out });
    assert.equal(results.length, 4);
    assert.equal(failures.length, 4);
    assert.match(
      failures[0].error.message,
      /of BYOL, with learning rate .*Lower the learning rate/,
    );
  });

  it("goes on with the other trials when one cannot be done", async () => {
    const methods = [
      { name: "impossible", pretrain: { pixels: {} }, classify: { fineTune: {} } },
      { name: "pixels", pretrain: { pixels: {} }, classify: { prototypes: {} } },
    ];
    const { results, failures } = await study.runPlan(plan({ methods }), {
      out: path.join(folder, "some"),
    });
    assert.equal(results.length, 4);
    assert.equal(failures.length, 4);
    assert.ok(failures.every(({ error }) => error instanceof InputError));
  });

  it("clears away what a killed process was writing, and nothing of one that runs", async () => {
    const out = path.join(folder, "leftovers");
    fs.mkdirSync(path.join(out, "records"), { recursive: true });
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    const host = os.hostname().replace(/[^A-Za-z0-9-]/g, "-");
    const dead = path.join(out, "records", `a.json.${host}.${gone}.0.tmp`);
    const living = path.join(out, "records", `b.json.${host}.${process.pid}.0.tmp`);
    for (const file of [dead, living]) fs.writeFileSync(file, "half");
    const methods = [{ name: "pixels", pretrain: { pixels: {} }, classify: { prototypes: {} } }];
    await study.runPlan(plan({ methods }), { out });
    assert.deepEqual(
      [dead, living].map((file) => fs.existsSync(file)),
      [false, true],
    );
  });

  it("refuses a folder that cannot be written before any work", async () => {
    fs.writeFileSync(path.join(folder, "file"), "");
    await assert.rejects(
      study.runPlan(plan(), { out: path.join(folder, "file", "out") }),
      (error) => error instanceof InputError && /cannot be written/.test(error.message),
    );
  });

  it("ends at the same records after kills in pretraining and in evaluation", async () => {
    const file = path.join(folder, "plan.json");
    fs.writeFileSync(file, JSON.stringify(plan({ name: "killed" })));
    const whole = path.join(folder, "whole");
    assert.equal(await runStudy(file, whole), 0);
    const broken = path.join(folder, "broken");
    const has = (name: string, count: number) => (): boolean => {
      const where = path.join(broken, name);
      return fs.existsSync(where) && fs.readdirSync(where).length >= count;
    };
    // First with a checkpoint on disk and no encoder yet, then with some records and not all.
    assert.equal(await runStudy(file, broken, has("checkpoints", 1)), "SIGKILL");
    assert.ok(!fs.existsSync(path.join(broken, "records")));
    assert.equal(await runStudy(file, broken, has("records", 3)), "SIGKILL");
    assert.ok(fs.readdirSync(path.join(broken, "records")).length < 16);
    assert.equal(await runStudy(file, broken), 0);
    assert.deepEqual(lastingFiles(broken), lastingFiles(whole));
  });
});
