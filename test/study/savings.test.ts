import assert from "node:assert/strict";
import { defined, createRng } from "../../src/core";
import * as classify from "../../src/classify";
import * as pretrain from "../../src/pretrain";
import { needsUnlabelled, type KnownResult } from "../../src/study/needsUnlabelled";
import { savings } from "../../src/study/savings";
import { savingsText } from "../../src/study/savingsText";
import { simulatedStudy, type TrueCurve } from "../metrics/simulatedStudy";

const settings = (name: string): { name: string; revision: number } => ({ name, revision: 1 });

/** What the names of the simulated methods stand for. */
const parts: Readonly<Record<string, readonly [string, string]>> = {
  SimCLR: ["simclr", "logisticRegression"],
  FixMatch: ["none", "fixMatch"],
  scratch: ["none", "fineTune"],
  pixels: ["pixels", "logisticRegression"],
};

interface Simulated {
  readonly methods: Readonly<Record<string, TrueCurve>>;
  readonly labels?: readonly number[];
  readonly draws?: number;
  readonly pretrainings?: number;
  readonly seed?: number;
  readonly noise?: number;
}

function study({ methods, labels = [1, 4, 10, 40], ...options }: Simulated): KnownResult[] {
  const { draws = 5, pretrainings = 1, seed = 1, noise } = options;
  const rng = createRng(seed);
  return simulatedStudy({ methods, labels, draws, pretrainings, ...defined({ noise }), rng }).map(
    (result) => ({
      ...result,
      pretrain: settings(parts[result.method][0]),
      classify: settings(parts[result.method][1]),
    }),
  );
}

const log = (start: number, slope: number) => (n: number) => start + slope * Math.log(n);
const scratch = log(0.3, 0.13);
const told = (results: readonly KnownResult[], baseline = "scratch"): string =>
  savingsText(savings(results, baseline));

describe("study/needsUnlabelled", () => {
  const method = (pre: { settings?: unknown }, cls: { settings?: unknown }): boolean =>
    needsUnlabelled({ pretrain: pre.settings, classify: cls.settings } as KnownResult);

  it("knows which methods learn from images without labels", () => {
    assert.equal(method(pretrain.none(), classify.fineTune()), false);
    assert.equal(method(pretrain.pixels(), classify.logisticRegression()), false);
    assert.equal(method(pretrain.hog(), classify.linearSvm()), false);
    assert.equal(method(pretrain.pixels({ components: 3 }), classify.logisticRegression()), true);
    assert.equal(method(pretrain.rotation(), classify.prototypes()), true);
    assert.equal(method(pretrain.none(), classify.mixMatch()), true);
    assert.equal(method(pretrain.pixels(), classify.labelPropagation()), true);
    assert.equal(method({ settings: "a function" }, classify.fineTune()), true);
  });
});

describe("study/savings", () => {
  const results = study({
    methods: { scratch, SimCLR: (n) => scratch(3 * n), pixels: log(0.25, 0.05) },
  });

  it("holds all methods against the baseline and against the best without unlabelled images, at one score each", () => {
    const [named, best] = savings(results, "pixels");
    assert.deepEqual(named.against, { name: "pixels", named: true, best: false });
    assert.deepEqual(best.against, { name: "scratch", named: false, best: true });
    for (const { rows, budget } of [named, best]) {
      assert.equal(rows.length, 2);
      for (const row of rows) assert.equal(row.baseline.labels, budget);
    }
    const both = savings(results, "scratch");
    assert.deepEqual(
      both.map((one) => one.against),
      [{ name: "scratch", named: true, best: true }],
    );
    assert.equal(savings(results, "nobody").length, 1);
  });

  it("says in its first line what the intervals leave out", () => {
    assert.match(
      told(results).split("\n")[0],
      /^One pretraining serves all 5 draws.*leave out.*Where that is 2 points, they hold the truth in about \d\d %\.$/,
    );
    const own = study({ methods: { scratch, SimCLR: scratch }, pretrainings: 5 });
    assert.match(told(own).split("\n")[0], /^95 % intervals over 5 draws of labels and their pre/);
    const two = told(results.filter((result) => result.draw < 2));
    assert.match(two.split("\n")[0], /^2 draws of labels are too few for an interval/);
    assert.doesNotMatch(two, /\([\d.]+ to |±/);
    const shared = study({ methods: { scratch, SimCLR: scratch }, draws: 6, pretrainings: 2 });
    assert.match(
      told(shared),
      /^6 draws of labels with 2 pretrainings are too few for an interval/,
    );
    const single = results.filter((result) => result.draw === 0);
    assert.match(told(single).split("\n")[0], /^One draw of labels: no interval/);
  });

  it("tells labels, factor and interval at one score, and what each budget is worth", () => {
    const lines = told(results).split("\n");
    assert.match(
      lines[2],
      /for \d\d\.\d % balanced accuracy, which "scratch" \(the baseline; the best that/,
    );
    assert.match(lines[3], /SimCLR +\d+, not 40: [234](\.\d)? times fewer \([\d.]+ to [\d.]+\)$/);
    assert.match(lines[4], /pixels +not with 40: more, and how many these budgets do not show$/);
    assert.match(lines[6], /labels a class +1 +4 +10 +40$/);
    assert.match(lines[7], /SimCLR +[\d.]+ \([\d.]+-[\d.]+\)/);
  });

  it("leaves out draws that one of two has not finished, and says nothing of one budget", () => {
    const broken = results.filter((r) => !(r.method === "SimCLR" && r.draw === 1 && r.labelsPerClass === 4)); // prettier-ignore
    const [{ rows }] = savings(broken, "scratch");
    assert.deepEqual(
      rows.map((row) => [row.name, row.draws]),
      [
        ["SimCLR", 4],
        ["pixels", 5],
      ],
    );
    const one = results.filter((result) => result.labelsPerClass === 4);
    assert.deepEqual([savings(one, "scratch"), told(one)], [[], ""]);
  });
});

describe("study/savingsText on known curves, 200 runs each", function () {
  this.timeout(120_000);
  const runs = 200;

  /** How many of the runs tell what holds of the curves. */
  function right(
    simulated: Simulated,
    holds: (text: string, results: KnownResult[]) => boolean,
  ): number {
    let count = 0;
    for (let seed = 0; seed < runs; seed++) {
      const results = study({ ...simulated, seed });
      if (holds(told(results), results)) count++;
    }
    return count / runs;
  }
  const line = (text: string): string => text.split("\n")[3];
  /** The factor's interval where one label is worth so many, by budget. */
  const worth = (results: KnownResult[], k: number): { low: number; high: number } =>
    savings(results, "scratch")[0].rows[0].equivalents[k].interval ?? { low: NaN, high: NaN };

  const steps: TrueCurve = (n) => ({ 1: 0.2, 4: 0.4, 10: 0.6, 40: 0.8 })[n] ?? NaN;

  it("never tells a flat curve as more labels, and what its one label is worth", () => {
    const share = right({ methods: { scratch: steps, SimCLR: () => 0.55 } }, (text, results) => {
      const first = worth(results, 0);
      return /: at least [\d.]+ times fewer$/.test(line(text)) && first.low > 4 && first.high < 20;
    });
    assert.ok(share >= 0.95, String(share));
  });

  it("tells of crossing curves that labels are saved with few, and lost with many", () => {
    const methods = { scratch: log(0.2, 0.17), SimCLR: log(0.45, 0.06) };
    const share = right({ methods }, (_, results) => worth(results, 0).low > 1 && worth(results, 3).high < 1); // prettier-ignore
    assert.ok(share >= 0.95, String(share));
  });

  it("tells of two budgets what lies between them", () => {
    const methods = { scratch, SimCLR: (n: number) => scratch(2.5 * n) };
    const share = right({ methods, labels: [2, 20] }, (text, results) => {
      const [{ rows }] = savings(results, "scratch");
      const { low = NaN } = rows[0].interval ?? {};
      return !/times more/.test(line(text)) && low <= 2.5;
    });
    assert.ok(share >= 0.95, String(share));
  });

  it("says of saturated curves that both reach it with one label, or that no difference is told", () => {
    const methods = { scratch: () => 0.98, SimCLR: () => 0.98 };
    const plain = right({ methods, noise: 0.3 }, (text) =>
      /both reach it with 1 label a class$/.test(line(text)),
    );
    assert.ok(plain >= 0.95, String(plain));
    const noisy = right({ methods }, (text) =>
      /both reach it|cannot tell$|no difference told/.test(line(text)),
    );
    assert.ok(noisy >= 0.95, String(noisy));
  });
});
