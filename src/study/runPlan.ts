import * as fs from "node:fs";
import * as path from "node:path";
import {
  canonicalJson,
  configureBackend,
  explainFileError,
  imagesHash,
  InputError,
  subset,
  UNLABELLED,
  writeFileIfChanged,
  type Figure,
  type ImageSet,
  type Method,
  type Progress,
} from "../core";
import { exportFigure, labelEfficiency, toJson } from "../figures";
import { drawSplit, type DrawnSplit } from "./drawSplit";
import { fullPlan } from "./fullPlan";
import { checkApart } from "./guard";
import { keepClasses } from "./keepClasses";
import { makeClassify, makePretrain, type OpenSource } from "./methodSpecs";
import { openData } from "./openData";
import type { Plan } from "./plan";
import type { TrialSettings } from "./planTrials";
import { runTrials, type Failure } from "./runTrials";
import { savings } from "./savings";
import { savingsText } from "./savingsText";
import type { Split } from "./split";
import { readSplit, splitToJson } from "./splitFile";
import { openStore, type Store, type TrialRecord } from "./store";
import { resultsCsv, summarise, summaryCsv, summaryTable } from "./summary";

/** Where a study's records go. */
export interface RunPlanOptions {
  /** Output folder; made if need be. */
  readonly out: string;
  /** Folder that studies share encoders in. @default the folder `encoders` in `out` */
  readonly encoders?: string;
}

/** What a study gave, and the files it left. */
export interface StudyOutcome {
  readonly results: readonly TrialRecord[];
  readonly failures: readonly Failure[];
  /** Trials that were done before this run. */
  readonly found: number;
  readonly table: string;
  /** What each method saves against the baseline, in words; empty where there is nothing to compare. */
  readonly savings: string;
  readonly figure: Figure;
  readonly folder: string;
  /** What to know of the records in the folder, in sentences. */
  readonly notes: readonly string[];
}

/** What `redraw` needs to know of a finished study. */
interface StudyFile {
  readonly plan: Plan;
  readonly notes: readonly string[];
  readonly trials: readonly string[];
}

/**
 * Runs what a plan asks for and is not done yet, then writes results.csv, summary.csv and the figure.
 * @throws InputError if the data cannot be read, a class has too few images, or the folder cannot be written
 */
export async function runPlan(
  plan: Plan,
  { out, encoders }: RunPlanOptions,
  on: Progress = {},
): Promise<StudyOutcome> {
  configureBackend({ threads: plan.threads ?? 2 });
  const store = openStore(out, encoders);
  const all = { ...(await openData(plan.data, on)), name: plan.name };
  const drawn = readOrDraw(all, plan);
  const { set, notes: classNotes } = keepClasses(all, drawn.split);
  writeFileIfChanged(path.join(out, "split.json"), splitToJson(all, imagesHash(all), drawn));
  // Labels as the set has them: some are taken off where a class is left out.
  const methods = await makeMethods(plan, hiddenImages(all, drawn.split), on);
  writeFileIfChanged(path.join(out, "plan.json"), `${canonicalJson(fullPlan(plan, methods), 1)}\n`);
  const settings: TrialSettings = {
    labelsPerClass: plan.labelsPerClass,
    allLabels: plan.allLabels ?? false,
    draws: plan.draws,
    pretrainings: plan.pretrainings ?? 1,
    seed: plan.seed,
  };
  const done = await runTrials(set, drawn, methods, settings, store, on);
  const { results } = done;
  const study: StudyFile = {
    plan,
    notes: [
      ...drawn.split.notes,
      ...testSizes(results),
      ...classNotes,
      ...warnings(results),
      ...planNotes(plan),
    ],
    trials: results.map((result) => result.key),
  };
  writeFileIfChanged(path.join(out, "study.json"), `${canonicalJson(study, 1)}\n`);
  return { ...done, folder: out, ...(await report(store, study, results)) };
}

/**
 * Draws a finished study's table and figure again from its records.
 * @throws InputError if the folder holds no study, or a record is missing
 */
export async function redraw(folder: string): Promise<StudyOutcome> {
  const file = path.join(folder, "study.json");
  let study: StudyFile;
  try {
    study = JSON.parse(fs.readFileSync(file, "utf8")) as StudyFile;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file, "read");
    throw new InputError({
      got: `"${file}", which is no JSON`,
      expected: "the study.json that a study wrote",
      todo: "Run the study again; nothing that is recorded is computed twice.",
    });
  }
  const store = openStore(folder);
  const results = study.trials.map((key) => {
    const record = store.read(key);
    if (record !== undefined) return record;
    throw new InputError({
      got: `a study without its record ${key}`,
      expected: "a record for each trial",
      todo: "Run the study again; it makes what is missing.",
    });
  });
  return {
    results,
    failures: [],
    found: results.length,
    notes: [],
    folder,
    ...(await report(store, study, results)),
  };
}

/** Images whose labels are bought or tested, and those that have none here but may have one in a source. */
function hiddenImages(set: ImageSet, { pool, test, pretrain }: Split): ImageSet {
  const unlabelled = pretrain.filter((i) => set.labels[i] === UNLABELLED);
  return subset(set, [...new Set([...pool, ...test, ...unlabelled])]);
}

/** The methods of a plan. Each other set that they learn from is opened once, and must not hold the study's own images. */
async function makeMethods(plan: Plan, hidden: ImageSet, on: Progress): Promise<Method[]> {
  const opened = new Map<string, ImageSet>();
  const openSource: OpenSource = async (data) => {
    const key = canonicalJson(data);
    const source = opened.get(key) ?? (await openData(data, on));
    if (!opened.has(key)) checkApart(hidden, source);
    opened.set(key, source);
    return source;
  };
  const methods: Method[] = [];
  for (const { name, pretrain, classify } of plan.methods) {
    methods.push({
      name,
      pretrain: await makePretrain(pretrain, openSource),
      classify: await makeClassify(classify, openSource),
    });
  }
  return methods;
}

function readOrDraw(set: ImageSet, plan: Plan): DrawnSplit {
  if (plan.ladder === undefined) return drawSplit(set, plan);
  const budget = Math.max(...plan.labelsPerClass);
  return readSplit(plan.ladder, set, imagesHash(set), plan.draws, budget);
}

/** Says how many images were tested on, where that differs between trials. */
function testSizes(results: readonly TrialRecord[]): string[] {
  const sizes = new Map<number, number[]>();
  for (const { labelsPerClass, nTest } of results)
    sizes.set(labelsPerClass, [...(sizes.get(labelsPerClass) ?? []), nTest]);
  if (new Set([...sizes.values()].flat()).size <= 1) return [];
  const told = [...sizes].map(([labels, counts]) => {
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return `${least === most ? least : `${least} to ${most}`} with ${labels}`;
  });
  return [`Test images by labels a class: ${told.join(", ")}.`];
}

/** Tells once for each method that its encoder has collapsed. */
function warnings(results: readonly TrialRecord[]): string[] {
  const collapsed = results.filter((result) => result.collapse?.warning !== undefined);
  return [...new Set(collapsed.map(({ method }) => method))].map(
    (method) => `${method}: the encoder has collapsed.`,
  );
}

function planNotes({ draws, pretrainings = 1, notes = [] }: Plan): string[] {
  const drawn = `${draws} label ${draws === 1 ? "draw" : "draws"}`;
  const trained = `${pretrainings} ${pretrainings === 1 ? "pretraining" : "pretrainings"}`;
  const band = draws > 1 ? "; intervals: 95 %, Student's t over the draws" : "";
  return [`${drawn}, shared by all methods; ${trained}${band}.`, ...notes];
}

async function report(
  store: Store,
  { plan, notes }: StudyFile,
  results: readonly TrialRecord[],
): Promise<Pick<StudyOutcome, "table" | "savings" | "figure">> {
  const metric = plan.metric ?? "balancedAccuracy";
  // Every trial has failed: there is nothing to draw, and the failures tell why.
  if (results.length === 0) return { table: "", savings: "", figure: { data: [], layout: {} } };
  const rows = summarise(results, metric);
  const table = summaryTable(rows);
  const baseline = plan.baseline ?? defaultBaseline(plan);
  const compared = savings(results, baseline, metric);
  const chance = plan.chance ?? 1 / (results[0]?.classNames.length ?? 1);
  const figure = labelEfficiency(results, { title: plan.name, metric, notes, chance });
  const told = savingsText(compared);
  const file = (name: string): string => path.join(store.folder, name);
  writeFileIfChanged(file("results.csv"), resultsCsv(results));
  writeFileIfChanged(file("summary.csv"), summaryCsv(rows, metric));
  const drawn = toJson(figure);
  const json = file("label-efficiency.json");
  // A page of megabytes and a picture take seconds to make: only when the figure has changed.
  const upToDate =
    fs.existsSync(json) &&
    fs.readFileSync(json, "utf8") === drawn &&
    ["html", "svg", "png"].every((format) => fs.existsSync(file(`label-efficiency.${format}`)));
  if (!upToDate) {
    // The JSON last: it tells that the others are there.
    await exportFigure(figure, file("label-efficiency"), ["html", "svg", "png", "json"]);
  }
  if (told !== "") writeFileIfChanged(file("label-savings.txt"), `${told}\n`);
  return { table, savings: told, figure };
}

function defaultBaseline({ methods }: Plan): string {
  const names = methods.map((method) => method.name);
  return names.includes("from scratch") ? "from scratch" : names[names.length - 1];
}
