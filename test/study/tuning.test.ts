import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, withLabels } from "../../src/core";
import { drawLadder, parsePlan, rung, runPlan, splitImages, type Choice, type TrialRecord } from "../../src/study"; // prettier-ignore
import { holdOut } from "../../src/study/work/holdOut";
import { stripes } from "./fixtures";
import { lastingFiles, stripesPlan, writeStripes } from "./stripesStudy";

let folder = "";
const out = (name: string): string => path.join(folder, name);

const methods = [
  { name: "logistic", pretrain: { pixels: {} }, classify: { logisticRegression: {} } },
  { name: "fixed", pretrain: { pixels: {} }, classify: { logisticRegression: { c: 7 } } },
  { name: "prototypes", pretrain: { pixels: {} }, classify: { prototypes: {} } },
];

const plan = (changes: object): ReturnType<typeof parsePlan> =>
  stripesPlan(folder, { methods, labelsPerClass: [1, 6], draws: 2, ...changes });

const choiceOf = (results: readonly TrialRecord[], method: string, labels: number): Choice => {
  const found = results.find((one) => one.method === method && one.labelsPerClass === labels);
  assert.ok(found?.tuning !== undefined, `${method} ${labels}`);
  return found.tuning;
};

describe("study: settings chosen by a search", function () {
  this.timeout(300_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-tuning-"));
    writeStripes(out("set.npz"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("compares as many settings of each method on images of the budget, and keeps the search in the record", async () => {
    const { results, failures } = await runPlan(plan({ tuning: { trials: 5 } }), { out: out("a") });
    assert.deepEqual(failures, []);
    const { settings, chosen, images, by, labelsPerClass } = choiceOf(results, "logistic", 6);
    assert.equal(settings.length, 5);
    assert.match(by, /labelled images of the budget/);
    // Three tenths of 18 labels, whole groups of five or single images.
    assert.ok(images >= 3 && images <= 6, String(images));
    const scores = settings.map(({ score }) => score ?? -1);
    assert.equal(scores[chosen], Math.max(...scores));
    assert.equal(scores.indexOf(Math.max(...scores)), chosen);
    const c = settings.map(({ classify }) => (classify as unknown as { c: number }).c);
    assert.equal(c[0], 1);
    assert.equal(new Set(c).size, 5);
    // A budget of one label cannot spare any.
    assert.equal(choiceOf(results, "logistic", 1).labelsPerClass, 6);
    assert.equal(labelsPerClass, 6);
    // What the user has set stays, and what has nothing to vary is as it is.
    for (const name of ["fixed", "prototypes"])
      assert.ok(results.filter(({ method }) => method === name).every((one) => one.tuning === undefined)); // prettier-ignore
    const csv = fs.readFileSync(path.join(out("a"), "label-efficiency.json"), "utf8");
    assert.match(csv, /Budgets that took the choice of another/);
  });

  it("gives the same bytes with two workers, and finds all done when it runs again", async () => {
    const tuned = plan({ tuning: { trials: 4 } });
    await runPlan(tuned, { out: out("one") });
    await runPlan(tuned, { out: out("two"), workers: 2 });
    assert.deepEqual(lastingFiles(out("two"), ["records"]), lastingFiles(out("one"), ["records"]));
    assert.equal((await runPlan(tuned, { out: out("one") })).found, 12);
  });

  it("never compares on test images or on what it learns from, and learns from all labels at the end", async () => {
    const set = stripes({ perClass: 20 });
    const split = splitImages(set, { test: 0.3 }, createRng(1));
    for (const seed of [1, 2, 3]) {
      const labelled = rung(drawLadder(set, split, 10, createRng(seed)), split.pool, 10);
      const { train, validation } = holdOut(set, labelled, 0.3, createRng(seed));
      assert.equal(train.length + validation.length, 30);
      const learnt = new Set(train);
      assert.ok(validation.every((i) => !learnt.has(i) && !split.test.includes(i)));
      assert.equal(new Set(train.map((i) => set.labels[i])).size, 3);
      // Whole groups where there are many: no scan stands on both sides.
      const groups = new Set(Array.from(train, (i) => set.groups[i]));
      assert.ok(validation.every((i) => !groups.has(set.groups[i])));
    }
    const { results } = await runPlan(plan({ tuning: { trials: 3 } }), { out: out("all") });
    for (const { labelsRead, labelsPerClass } of results)
      assert.equal(labelsRead, 3 * labelsPerClass);
  });

  it("takes single images where one group holds nearly all of a class", () => {
    const all = stripes({ perClass: 12, groupSize: 36 });
    const labelled = Int32Array.from({ length: 18 }, (_, i) => i);
    const { train, validation } = holdOut(all, labelled, 0.3, createRng(1));
    assert.deepEqual([train.length, validation.length], [12, 6]);
    assert.equal(new Set(validation.map((i) => all.labels[i])).size, 3);
    const lone = withLabels(all, all.labels.map((label, i) => (label === 2 && i > 3 ? 0 : label))); // prettier-ignore
    const rare = holdOut(lone, labelled, 0.3, createRng(1));
    assert.ok(rare.train.some((i) => lone.labels[i] === 2));
  });

  it("compares on a second pool beside the budget, or on the test by the name of oracle only", async () => {
    const pool = await runPlan(plan({ tuning: { trials: 3, by: "pool", pool: 4 } }), { out: out("pool") }); // prettier-ignore
    const choice = choiceOf(pool.results, "logistic", 1);
    assert.match(choice.by, /second pool/);
    assert.deepEqual([choice.images, choice.labelsPerClass], [12, 1]);
    const oracle = await runPlan(plan({ tuning: { trials: 3, by: "oracle" } }), { out: out("oracle") }); // prettier-ignore
    assert.match(choiceOf(oracle.results, "logistic", 6).by, /oracle, not a result/);
    const figure = fs.readFileSync(path.join(out("oracle"), "label-efficiency.json"), "utf8");
    assert.match(figure, /oracle, not a result/);
  });

  it("leaves the second pool out of the test where labels and test come from the same scans", async () => {
    const groups = Array.from({ length: 12 }, (_, i) => String(i));
    const within = { split: { adaptGroups: groups }, labelsPerClass: [1], draws: 1 };
    const nTest = async (name: string, tuning?: object): Promise<number> =>
      (await runPlan(plan({ ...within, ...(tuning && { tuning }) }), { out: out(name) })).results[0].nTest; // prettier-ignore
    const pooled = await nTest("within pool", { trials: 2, by: "pool", pool: 4 });
    assert.equal(pooled, (await nTest("within")) - 12);
  });

  it("ends a search when its steps are used up", async () => {
    const views = "mild";
    const train = { fineTune: { steps: 3, views } };
    const one = [{ name: "trained", pretrain: { none: { encoder: { resnet: { depth: 8, width: 2 } } } }, classify: train }]; // prettier-ignore
    const { results } = await runPlan(
      plan({ methods: one, labelsPerClass: [6], draws: 1, tuning: { trials: 2, steps: 7 } }),
      { out: out("steps") },
    );
    const [{ tuning, steps }] = results;
    assert.equal(steps, 3);
    // Three steps each: the third setting passes the seven.
    assert.equal(tuning?.settings.length, 3);
  });
});

describe("study: how labels are counted", () => {
  const set = stripes({ perClass: 20 });
  // Far fewer of the last class.
  const uneven = withLabels(set, set.labels.map((label, i) => (label === 2 && i > 20 ? 0 : label))); // prettier-ignore
  const split = splitImages(uneven, { test: 0.2 }, createRng(1));

  it("in all: as even over the classes as can be, nested", () => {
    const ladder = drawLadder(uneven, split, 20, createRng(3), "total");
    for (const n of [3, 6, 9]) {
      const counts = [0, 0, 0];
      for (const i of rung(ladder, split.pool, n)) counts[uneven.labels[i]]++;
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
    }
    const large = new Set(rung(ladder, split.pool, 20));
    assert.ok(rung(ladder, split.pool, 7).every((i) => large.has(i)));
    assert.throws(
      () => drawLadder(uneven, split, 100, createRng(3), "total"),
      /budget of 100 in all/,
    );
  });

  it("as they come: in proportion to the pool, so that a rare class may have none", () => {
    const draws = Array.from({ length: 40 }, (_, seed) =>
      rung(drawLadder(uneven, split, 6, createRng(seed), "asTheyCome"), split.pool, 6),
    );
    const rare = draws
      .flatMap((images) => [...images])
      .filter((i) => uneven.labels[i] === 2).length;
    const share = split.pool.filter((i) => uneven.labels[i] === 2).length / split.pool.length;
    assert.ok(Math.abs(rare / 240 - share) < 0.06, `${rare} of 240, ${share}`);
    assert.ok(draws.some((images) => images.every((i) => uneven.labels[i] !== 2)));
  });

  it("lets every method learn the classes that it has labels of, and tell no others", async () => {
    const where = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-counting-"));
    try {
      writeStripes(path.join(where, "set.npz"));
      const { labelsPerClass, ...rest } = stripesPlan(where, { methods, draws: 3 });
      void labelsPerClass;
      const asTheyCome = parsePlan({ ...rest, labelsAsTheyCome: [1, 3, 30] });
      const { results, failures } = await runPlan(asTheyCome, { out: path.join(where, "out") });
      assert.deepEqual([results.length, failures], [27, []]);
      for (const { labelsPerClass: n, labelsRead, counting, confusion } of results) {
        assert.deepEqual([labelsRead, counting], [n, "asTheyCome"]);
        if (n > 1) continue;
        assert.equal(confusion.flatMap((row) => row.map((x, c) => (x > 0 ? c : -1))).filter((c, i, all) => c >= 0 && all.indexOf(c) === i).length, 1); // prettier-ignore
      }
      assert.throws(
        () => parsePlan({ ...rest, labelsInTotal: [3], labelsAsTheyCome: [3] }),
        /exactly one of labelsPerClass, labelsInTotal/,
      );
    } finally {
      fs.rmSync(where, { recursive: true });
    }
  });
});
