import type { ResultMetric } from "../../metrics";
import { plusMinus } from "../plusMinus";
import { csv, summarise } from "../summary";
import { budgetWords } from "./methodsText";
import type { ReportData, TimedRecord } from "./readReport";

/** A table with its place on the page. */
export interface ReportTable {
  /** Name of its file, without the ending. */
  readonly name: string;
  readonly heading: string;
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same with all digits. */
  readonly csv: string;
}

/** The tables of a report. */
export function reportTables(
  { results, classNames }: ReportData,
  metric: ResultMetric,
  budget: number,
): ReportTable[] {
  return [summaryTable(results, metric), recallTable(results, classNames, budget), qualityTable(results)]; // prettier-ignore
}

function summaryTable(results: readonly TimedRecord[], metric: ResultMetric): ReportTable {
  const rows = summarise(results, metric);
  const budgets = budgetsOf(results);
  const cell = (method: string, budget: number): string => {
    const row = rows.find((one) => one.method === method && one.labelsPerClass === budget);
    return row === undefined ? "–" : percent(row.mean, row.halfWidth);
  };
  return {
    name: "summary",
    heading: "Summary",
    caption: "Mean of the draws ± half of the 95 % interval, in percent.",
    header: ["labels", ...budgets.map(budgetText)],
    rows: methodsOf(results).map((name) => [name, ...budgets.map((budget) => cell(name, budget))]),
    csv: csv(
      ["method", "labelsPerClass", "draws", metric, "halfWidth95"],
      rows.map((row) => [row.method, row.labelsPerClass, row.draws, row.mean, row.halfWidth]),
    ),
  };
}

/** Share of each class that was told right: at one budget on the page, at all in the file. */
function recallTable(
  results: readonly TimedRecord[],
  classNames: readonly string[],
  shown: number,
): ReportTable {
  const all = methodsOf(results).flatMap((method) =>
    budgetsOf(results).map((budget) => {
      const own = results.filter((one) => one.method === method && one.labelsPerClass === budget);
      const recalls = classNames.map((_, c) => mean(own.flatMap((one) => one.recall[c] ?? [])));
      return { method, budget, draws: own.length, recalls };
    }),
  );
  const told = all.filter(({ draws }) => draws > 0);
  return {
    name: "recall",
    heading: "Recall of each class",
    caption: `Share of the test images of each class that was told right, mean over the draws, in percent, with ${budgetWords(results, shown)}; the file has all budgets.`,
    header: ["method", ...classNames],
    rows: told
      .filter(({ budget }) => budget === shown)
      .map(({ method, recalls }) => [method, ...recalls.map((value) => percent(value))]),
    csv: csv(
      ["method", "labelsPerClass", "class", "draws", "recall"],
      told.flatMap(({ method, budget, draws, recalls }) =>
        recalls.map((value, c) => [method, budget, classNames[c], draws, value]),
      ),
    ),
  };
}

/** How far certainty can be trusted, and what a trial takes. */
function qualityTable(results: readonly TimedRecord[]): ReportTable {
  const groups = methodsOf(results).flatMap((method) =>
    budgetsOf(results).flatMap((budget) => {
      const own = results.filter((one) => one.method === method && one.labelsPerClass === budget);
      if (own.length === 0) return [];
      const of = (value: (one: TimedRecord) => number): number => mean(own.map(value));
      return [
        {
          method,
          budget,
          values: [
            of((one) => one.accuracy),
            of((one) => one.macroF1),
            of((one) => one.calibrationError),
            of((one) => one.riskCoverage),
          ],
          seconds: of((one) => one.machineSeconds),
        },
      ];
    }),
  );
  return {
    name: "quality",
    heading: "Accuracy, calibration and time",
    caption:
      "Means over the draws: accuracy, macro F1, expected calibration error and area under risk against coverage in percent; seconds of the machine, pretraining and search included.",
    header: ["method", "labels", "accuracy", "macro F1", "calibration error", "risk area", "seconds"], // prettier-ignore
    rows: groups.map(({ method, budget, values, seconds }) => [
      method,
      budgetText(budget),
      ...values.map((value) => percent(value)),
      Number.isNaN(seconds) ? "–" : seconds.toPrecision(3),
    ]),
    csv: csv(
      ["method", "labelsPerClass", "accuracy", "macroF1", "calibrationError", "riskCoverage", "machineSeconds"], // prettier-ignore
      groups.map(({ method, budget, values, seconds }) => [method, budget, ...values, seconds]),
    ),
  };
}

const methodsOf = (results: readonly TimedRecord[]): string[] => [
  ...new Set(results.map(({ method }) => method)),
];

/** Rising, all labels last. */
const budgetsOf = (results: readonly TimedRecord[]): number[] =>
  [...new Set(results.map((one) => one.labelsPerClass))].sort(
    (a, b) => (a === 0 ? 1 : 0) - (b === 0 ? 1 : 0) || a - b,
  );

const budgetText = (budget: number): string => (budget === 0 ? "all" : String(budget));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A share in percent; a dash where there is none. */
const percent = (value: number, half = NaN): string =>
  Number.isNaN(value) ? "–" : plusMinus(value, half);
