import * as fs from "node:fs";
import * as path from "node:path";
import { capped, strategies, type Acquire } from "../../src/acquire";
import {
  createRng,
  hideLabels,
  subset,
  type ImageSet,
  type Result,
  type Rng,
} from "../../src/core";
import { load } from "../../src/catalog";
import { exportFigure, labelEfficiency } from "../../src/figures";
import { readNpzImages } from "../../src/formats";
import { meanInterval, pairedDifference } from "../../src/metrics";
import { embedImages } from "../../src/nets";
import { hog } from "../../src/pretrain";
import { reduceRows, simulateLabelling, type LabellingTask } from "../../src/session";

/*
 * What each strategy saves against random choice, with equal budgets and paired draws, on frozen gradients' histograms and logistic regression:
 * node --import tsx test/bench/labelling.ts OUT [DRAWS] [PATCHES.npz] [TASK...]
 * As on the page, what is tested is the rest of the scans that labels are of: stm-simulated-small, as even as its pool is and with a long tail (each class half as
 * frequent as the one before). Then other scans, with another tip. With a file of real patches also each of its scans; with names of
 * tasks these alone.
 */
const allBudgets = [10, 20, 40, 80];
/** Of a class, at most so many in an even pool; of the first class in a long tail. */
const mostOfClass = 120;

interface Prepared {
  readonly name: string;
  readonly set: ImageSet;
  readonly features: Float32Array;
  readonly dim: number;
  readonly pool: readonly number[];
  readonly test: readonly number[];
}

async function main(): Promise<void> {
  const [out = "runs/labelling", drawsText = "20", patches, ...only] = process.argv.slice(2);
  const draws = Number(drawsText);
  const simulated = await load("stm-simulated-small");
  const same = await prepare("stm-simulated-small", simulated, theSameScans(simulated));
  const other = await prepare(
    "stm-simulated-small",
    simulated,
    (i) => simulated.parts?.[i] === "test",
  );
  const even = (of: Prepared) => (rng: Rng) => byClass(of, rng, () => mostOfClass);
  const tasks = [
    { ...same, name: "even", pick: even(same) },
    {
      ...same,
      name: "long tail",
      pick: (rng: Rng) => byClass(same, rng, (c) => Math.max(4, Math.round(mostOfClass / 2 ** c))),
    },
    { ...other, name: "another tip", pick: even(other) },
  ];
  if (patches !== undefined) {
    const all = readNpzImages({
      file: patches,
      images: "patches",
      labels: "labels",
      groups: "group",
      classNames: ["background", "bright", "dark"],
    });
    for (const group of new Set(all.groups)) {
      const rows = [...all.ids.keys()].filter((i) => all.groups[i] === group);
      const set = subset(all, rows);
      const real = await prepare(`real scan ${group}`, set, theSameScans(set));
      tasks.push({ ...real, pick: (rng) => byClass(real, rng, () => 400) });
    }
  }
  const names = [
    ...(["random", "kMeans", "typiClust", "maxHerding", "kCentre"] as const),
    ...(["margin", "badge", "mixed"] as const),
  ];
  const methods = new Map<string, Acquire>(names.map((name) => [name, strategies[name]()]));
  methods.set("mixed, badge", strategies.mixed({ then: "badge" }));
  methods.set("random, capped", capped(strategies.random(), { perGroup: 1 }));
  for (const task of tasks) {
    if (only.length > 0 && !only.includes(task.name)) continue;
    const budgets = allBudgets.filter((labels) => labels < task.pool.length);
    const results: Result[] = [];
    const reduced = reduceRows({ ...task, labels: task.set.labels, classNames: [] });
    const found = new Map<string, number[]>();
    for (let draw = 0; draw < draws; draw++) {
      const rng = createRng(draw + 1).fork(task.name);
      const { set, features, dim, test } = task;
      const pool = task.pick(rng.fork("pool"));
      const rows = { features, dim, labels: set.labels, classNames: set.classNames };
      const labelling: LabellingTask = { rows, ids: set.ids, pool, test, reduced };
      for (const [method, strategy] of methods) {
        const withGroups: Acquire = Object.assign(
          (p: Parameters<Acquire>[0], n: number, r: Rng) =>
            strategy({ ...p, groups: set.groups }, n, r),
          { settings: strategy.settings },
        );
        const points = await simulateLabelling(labelling, withGroups, rng, { budgets });
        for (const point of points)
          results.push({
            dataset: task.name,
            method,
            labelsPerClass: point.labels,
            counting: "asTheyCome",
            draw,
            seed: draw + 1,
            accuracy: point.accuracy,
            balancedAccuracy: point.balancedAccuracy,
            macroF1: point.balancedAccuracy,
            nTest: test.length,
            labelsRead: point.labels,
          });
        found.set(method, [...(found.get(method) ?? []), points.at(-1)?.classesFound ?? 0]);
      }
      console.error(`${task.name}: draw ${draw + 1} of ${draws}`);
    }
    report(task.name, results, found, [...methods.keys()], draws, budgets);
    await keep(out, task.name, results);
  }
}

async function prepare(
  name: string,
  set: ImageSet,
  isTest: (i: number) => boolean,
): Promise<Prepared> {
  const encoder = await hog()(hideLabels(set), createRng(1));
  const features = await embedImages(encoder, set);
  const all = [...set.ids.keys()].filter((i) => set.labels[i] >= 0);
  const pool = all.filter(
    (i) => !isTest(i) && set.parts?.[i] !== "unlabelled" && set.parts?.[i] !== "test",
  );
  return { name, set, features, dim: encoder.dim, pool, test: all.filter(isTest) };
}

/** Every other one of what is there to learn from, drawn once. */
function theSameScans(set: ImageSet): (i: number) => boolean {
  const learnt = [...set.ids.keys()].filter(
    (i) => set.labels[i] >= 0 && set.parts?.[i] !== "test" && set.parts?.[i] !== "unlabelled",
  );
  const order = createRng(1).fork("test").permutation(learnt.length);
  const test = new Set(learnt.filter((_, at) => order[at] % 2 === 0));
  return (i) => test.has(i);
}

/** At most so many of each class, in an order of the classes that is drawn, so that not always the same one is rare. */
function byClass({ set, pool }: Prepared, rng: Rng, most: (rank: number) => number): number[] {
  const ranks = rng.fork("ranks").permutation(set.classNames.length);
  return set.classNames.flatMap((_, c) => {
    const own = pool.filter((i) => set.labels[i] === c);
    const order = rng.fork(`class ${c}`).permutation(own.length).subarray(0, most(ranks[c]));
    return Array.from(order, (at) => own[at]);
  });
}

function report(
  task: string,
  results: readonly Result[],
  found: ReadonlyMap<string, readonly number[]>,
  methods: readonly string[],
  draws: number,
  budgets: readonly number[],
): void {
  const of = (method: string, labels: number): number[] =>
    results
      .filter((one) => one.method === method && one.labelsPerClass === labels)
      .sort((a, b) => a.draw - b.draw)
      .map((one) => 100 * one.balancedAccuracy);
  console.log(
    `\n${task}: balanced accuracy in points over random, ${draws} paired draws, 95 % t-intervals`,
  );
  console.log(["labels".padEnd(18), ...budgets.map((n) => String(n).padStart(20))].join(""));
  for (const method of methods) {
    const cells = budgets.map((n) => {
      if (method === "random") return meanInterval(of(method, n)).mean.toFixed(1).padStart(20);
      const { mean, low, high } = pairedDifference(of(method, n), of("random", n));
      return `${mean.toFixed(1)} (${low.toFixed(1)}, ${high.toFixed(1)})`.padStart(20);
    });
    const classes = found.get(method) ?? [];
    const mean = classes.reduce((a, b) => a + b, 0) / classes.length;
    console.log([method.padEnd(18), ...cells, `  classes found ${mean.toFixed(1)}`].join(""));
  }
}

async function keep(out: string, task: string, results: readonly Result[]): Promise<void> {
  fs.mkdirSync(out, { recursive: true });
  const base = path.join(out, task.replaceAll(" ", "-"));
  fs.writeFileSync(`${base}.json`, JSON.stringify(results));
  const shown = ["random", "maxHerding", "kCentre", "margin", "badge", "mixed"];
  const figure = labelEfficiency(
    results.filter(({ method }) => shown.includes(method)),
    {
      title: `Chosen against random labels: ${task}`,
      notes: ["An expert who is always right; frozen gradients' histograms, logistic regression."],
    },
  );
  await exportFigure(figure, base, ["png", "svg"]);
}

void main();
