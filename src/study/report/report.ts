import * as path from "node:path";
import { canonicalJson, checkNumber, InputError, writeFileIfChanged } from "../../core";
import { fontBase64, toSvg } from "../../figures";
import type { ResultMetric } from "../../metrics";
import { planStudy, planText } from "../planStudy";
import { referenceMethods } from "../referenceMethods";
import { resultNotes } from "../resultNotes";
import { savings } from "../savings";
import { savingsText } from "../savingsText";
import { statisticsText } from "../statisticsText";
import { summarise } from "../summary";
import { version } from "../version";
import { defaultBaseline } from "../writeReport";
import { methodsText } from "./methodsText";
import { reportPage, type PageContent, type PageFigure } from "./page";
import { readReport, type ReportData } from "./readReport";
import { resultText } from "./resultText";
import { reportFigures } from "./reportFigures";
import { reportTables } from "./reportTables";

/** What a report shows, and where it goes. */
export interface ReportOptions {
  /** Folder of the page, its figures and tables. @default the folder `report` in the study's */
  readonly out?: string | undefined;
  /** Seconds that an expert needs for one label, above 0. @default 10, a guess that the figure tells */
  readonly secondsPerLabel?: number | undefined;
  /** Budget that calibration, risk and recall are shown at, 0 for all labels. @default the largest */
  readonly labelsPerClass?: number | undefined;
  /** Score that more labels are planned for, in (0,1). @default the next 5 % above the best mean score */
  readonly target?: number | undefined;
}

/** A report that was written. */
export interface StudyReport {
  /** The page: one file that loads nothing. */
  readonly page: string;
  /** Everything that was written. */
  readonly files: readonly string[];
  /** What was done, as a paper's methods section says it. */
  readonly methods: string;
  /** What came out, in a sentence; empty where there is nothing to compare. */
  readonly result: string;
}

/**
 * Makes the report of a study's folder, finished or not: a page with figures, tables, plan, audit and a methods paragraph, and
 * beside it the figures as SVG and the tables as CSV. The same records and timings give the same bytes.
 * @throws InputError if the folder holds no study of this version, an option is out of range, or the files cannot be written
 */
export async function report(folder: string, options: ReportOptions = {}): Promise<StudyReport> {
  const { secondsPerLabel, out = path.join(folder, "report") } = options;
  if (secondsPerLabel !== undefined)
    checkNumber("secondsPerLabel", secondsPerLabel, { min: 0, aboveMin: true });
  if (options.target !== undefined)
    checkNumber("target", options.target, { min: 0, max: 1, aboveMin: true });
  const data = readReport(folder);
  const { plan, results } = data;
  const metric = plan.metric ?? "balancedAccuracy";
  const baseline = plan.baseline ?? defaultBaseline(plan);
  const budget = budgetOf(data, options.labelsPerClass);
  const chance = plan.chance ?? 1 / Math.max(1, data.classNames.length);
  const notes = [...data.study.notes, ...resultNotes(plan, results)];
  const drawn = { metric, baseline, chance, notes, secondsPerLabel, budget };
  // The baseline first, as figures of differences have it: a method then looks the same in all.
  const first = results.filter(({ method }) => method === baseline);
  const ordered = [...first, ...results.filter(({ method }) => method !== baseline)];
  const figures = results.length === 0 ? [] : reportFigures({ ...data, results: ordered }, drawn);
  const tables = results.length === 0 ? [] : reportTables(data, metric, budget);
  const files: string[] = [];
  const write = (name: string, text: string): string => {
    const file = path.join(out, name);
    writeFileIfChanged(file, text);
    files.push(file);
    return file;
  };
  const shown: PageFigure[] = [];
  for (const { name, figure, ...rest } of figures) {
    const svg = figure === undefined ? undefined : await toSvg(figure);
    if (svg !== undefined) write(`${name}.svg`, svg);
    shown.push({ ...rest, svg: svg === undefined ? undefined : inline(svg), file: `${name}.svg` });
  }
  for (const table of tables) write(`${table.name}.csv`, table.csv);
  const methods = methodsText(data, metric, baseline);
  const result = resultText(results, metric, baseline);
  write("methods.txt", `${[methods, result].filter((text) => text !== "").join("\n\n")}\n`);
  const page = reportPage({
    ...wordsOf(data, metric, baseline, options.target),
    methods,
    results: result,
    figures: shown,
    tables,
    notes,
    font: fontBase64(),
  });
  return { page: write("report.html", page), files, methods, result };
}

/** @throws InputError if no trial has that budget */
function budgetOf({ results }: ReportData, wanted: number | undefined): number {
  const budgets = [...new Set(results.map(({ labelsPerClass }) => labelsPerClass))];
  if (wanted === undefined || budgets.length === 0) return Math.max(0, ...budgets);
  if (budgets.includes(wanted)) return wanted;
  throw new InputError({
    got: `the budget ${wanted}`,
    expected: `one of ${budgets.join(", ")}`,
    todo: "Name a budget of the study.",
  });
}

/** A picture inside a page: without the line that only a file needs, and as wide as there is room. */
const inline = (svg: string): string => svg.replace(/^<\?xml[^>]*\?>\s*/, "");

type Words = Pick<PageContent, "title" | "state" | "savings" | "statistics" | "planner" | "audit" | "failures" | "plan" | "made">; // prettier-ignore

function wordsOf(
  data: ReportData,
  metric: ResultMetric,
  baseline: string,
  target: number | undefined,
): Words {
  const { plan, results, trials, fullPlan, failures } = data;
  const references = referenceMethods(results, baseline, metric).map(({ name }) => name);
  const done = `${results.length} of ${trials} trials are done`;
  return {
    title: `Report: ${plan.name}`,
    state: `${done}${failures.length === 0 ? "" : `, ${failures.length} failed`}.${results.length < trials ? " What follows is preliminary." : ""}`,
    savings: results.length === 0 ? "" : savingsText(savings(results, baseline, metric)),
    statistics: results.length === 0 ? "" : statisticsText(results, references, metric),
    planner: results.length === 0 ? "" : plannerText(data, metric, target),
    audit: auditSentences(data),
    failures: failureSentences(data),
    plan: canonicalJson(fullPlan, 1),
    made: madeText(data),
  };
}

function plannerText(
  { results }: ReportData,
  metric: ResultMetric,
  target: number | undefined,
): string {
  const best = Math.max(...summarise(results, metric).map(({ mean }) => mean));
  const next = Math.min(0.99, (Math.floor(best * 20) + 1) / 20);
  try {
    return planText(planStudy(results, { target: target ?? next, metric }));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `Nothing can be forecast: ${error.message}`;
  }
}

function auditSentences({ audit, plan, study }: ReportData): string[] {
  if (audit === undefined)
    return [
      plan.audit === "off"
        ? "The plan asked for no audit: whether test images are known from what is learnt from is not known."
        : "No audit is kept in the folder.",
    ];
  const { looked, copies, alike, threshold } = audit;
  const pairs = [...copies, ...alike].map(
    (pair) => `${pair.test} (test) and ${pair.learnt} (learnt): correlation ${pair.correlation.toFixed(3)}.`, // prettier-ignore
  );
  const most = 20;
  return [
    `${copies.length} test images are copies of learnt ones, turned or mirrored ones included.`,
    `${alike.length} of ${looked} test images that were looked at show the same place as a learnt one (correlation of at least ${threshold.toFixed(3)}).`,
    ...study.notes.filter((note) => note.startsWith("Leak")),
    ...pairs.slice(0, most),
    ...(pairs.length > most ? [`And ${pairs.length - most} more, in audit.json.`] : []),
  ];
}

function failureSentences({ failures, results, trials }: ReportData): string[] {
  const open = trials - results.length;
  const told = failures.map(
    ({ trial, message, log }) => `${trial}: ${message}${log === undefined ? "" : ` ${log}`}`,
  );
  if (open === 0 && told.length === 0) return ["Nothing: every trial has its record."];
  return [...told, ...(open === 0 ? [] : [`${open} trials have no whole record here.`])];
}

function madeText({ machines, seconds }: ReportData): string {
  const where = machines.length === 0 ? "an unknown machine" : machines.join("; ");
  const minutes = (seconds / 60).toFixed(1);
  return `Made by fewscope ${version}. All pretraining, searches and trials of this folder took ${minutes} minutes on ${where}.`;
}
