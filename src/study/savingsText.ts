import { twoDigits } from "../core";
import {
  fewestDraws,
  type Bounded,
  type FactorInterval,
  type LabelEquivalent,
  type ResultMetric,
} from "../metrics";
import { textTable } from "./textTable";
import type { Savings, SavingsRow } from "./savings";

/** The scores in words. */
export const metricWords: Readonly<Record<ResultMetric, string>> = {
  accuracy: "accuracy",
  balancedAccuracy: "balanced accuracy",
  macroF1: "macro F1",
};

/** Rises below two points do not count as a curve that still learns. */
const flat = 0.02;

/** Label savings in words: first what the intervals leave out, then for each reference a line a method and a table of what its budgets are worth. */
export function savingsText(all: readonly Savings[]): string {
  const first = all[0];
  if (first === undefined) return "";
  const blocks = all.map((one) => [...atOneScore(one), ...worth(one)].join("\n"));
  return [firstLine(first), ...blocks].join("\n\n");
}

/** What share of intervals holds the truth where one pretraining serves so many draws and pretrainings differ by 2 points, in %: test/bench/coverage.ts. */
const withOnePretraining = [
  { draws: 10, held: 56 },
  { draws: 5, held: 76 },
  { draws: fewestDraws, held: 90 },
] as const;

function firstLine({ independent, onePretraining, rows }: Savings): string {
  const draws = Math.max(...rows.map((row) => row.draws));
  if (draws === 1) return "One draw of labels: no interval can be told.";
  if (independent < fewestDraws) {
    const shared =
      independent < draws
        ? ` with ${independent === 1 ? "one pretraining" : `${independent} pretrainings`}`
        : "";
    return `${draws} draws of labels${shared} are too few for an interval: the factors below are what was found, and may be luck.`;
  }
  if (!onePretraining)
    return `95 % intervals over ${draws} draws of labels and their pretrainings.`;
  const held = withOnePretraining.find((one) => one.draws <= draws)?.held ?? NaN;
  return `One pretraining serves all ${draws} draws: the 95 % intervals below leave out what another pretraining would change. Where that is 2 points, they hold the truth in about ${held} %.`;
}

function atOneScore(all: Savings): string[] {
  const { against, metric, budget, told, rows, labels, scores } = all;
  const score = percent(rows[0]?.target ?? NaN);
  const which = reason(against);
  const width = Math.max(...rows.map((row) => row.name.length));
  const head = told
    ? `Labels a class for ${score} ${metricWords[metric]}, which "${against.name}" (${which}) has with ${twoDigits(budget)}:`
    : `At no score of "${against.name}" (${which}; ${percent(scores[0])} with ${labels[0]} a class, ${percent(scores[scores.length - 1])} with ${labels[labels.length - 1]}) can savings be told:`;
  return [head, ...rows.map((row) => `  ${row.name.padEnd(width)}  ${sentence(row, all)}`)];
}

function reason({ named, best }: Savings["against"]): string {
  const why = "the best that needs no unlabelled image, picked by these draws";
  if (!named) return why;
  return best ? `the baseline; ${why}` : "the baseline";
}

/** What is known of one method at the common score. */
function sentence(row: SavingsRow, { labels, scores, budget }: Savings): string {
  const { method, interval } = row;
  const [first, start] = [labels[0], row.scores[0]];
  const rises = row.target - Math.min(scores[0], start) >= flat;
  if (!rises && scores[scores.length - 1] - scores[0] < flat)
    return `both reach it with ${twoDigits(first)} ${first === 1 ? "label" : "labels"} a class`;
  const last = method.status === "notReached";
  const needed = `${last ? "not with " : ""}${twoDigits(method.labels)}${method.status === "atFirstBudget" ? " or fewer" : ""}`;
  return `${needed}${last ? "" : `, not ${twoDigits(budget)}`}: ${verdict(row.factor, interval)}`;
}

/** What the draws tell; where curves end before the answer, only the bound that they set. */
function verdict(
  { value, bound }: Bounded,
  interval: FactorInterval = { low: 0, high: Infinity, level: NaN },
): string {
  const { low, high, level } = interval;
  const known = Number.isNaN(level) ? { low: value, high: value } : { low, high };
  if (known.low === 0 && known.high === Infinity) return "these draws cannot tell";
  if (known.low > 1)
    return bound === "atLeast"
      ? `at least ${fewer(known.low)}`
      : `${fewer(value)}${range(low, high, level)}`;
  if (known.high < 1)
    return bound === "atMost"
      ? `at least ${more(known.high)}`
      : `${more(value)}${range(1 / high, 1 / low, level)}`;
  if (bound === "atMost" && known.high === 1) return "more, and how many these budgets do not show";
  const factor = bound === "exact" ? `, ${value < 1 ? more(value) : fewer(value)}` : "";
  return `no difference told${factor}${range(low, high, level, " times fewer")}`;
}

const fewer = (factor: number): string => `${twoDigits(factor)} times fewer`;
const more = (factor: number): string => `${twoDigits(1 / factor)} times more`;

function range(low: number, high: number, level: number, unit = ""): string {
  if (Number.isNaN(level)) return "";
  if (!Number.isFinite(high)) return ` (${twoDigits(low)}${unit} or more)`;
  return low === 0
    ? ` (${twoDigits(high)}${unit} or less)`
    : ` (${twoDigits(low)} to ${twoDigits(high)}${unit})`;
}

/** A table: what one label is worth in labels of the reference, by method and budget. */
function worth({ against, rows }: Savings): string[] {
  const budgets = [...new Set(rows.flatMap((row) => row.equivalents.map((one) => one.labels)))];
  budgets.sort((a, b) => a - b);
  const lines = [
    ["labels a class", ...budgets.map(String)],
    ...rows.map((row) => [
      row.name,
      ...budgets.map((budget) => cell(row.equivalents.find((one) => one.labels === budget))),
    ]),
  ];
  return [
    `Labels of "${against.name}" that one label is worth, by labels a class (<, >: beyond the budgets):`,
    textTable(lines),
  ];
}

function cell(equivalent: LabelEquivalent | undefined): string {
  if (equivalent === undefined) return "-";
  const { factor, interval } = equivalent;
  const sign = { exact: "", atLeast: ">", atMost: "<", unknown: "?" }[factor.bound];
  const main = `${sign}${twoDigits(factor.value)}`;
  if (interval === undefined) return main;
  const { low, high } = interval;
  if (low === 0 && high === Infinity) return "?";
  if (high === Infinity) return `${main} (>${twoDigits(low)})`;
  return low === 0
    ? `${main} (<${twoDigits(high)})`
    : `${main} (${twoDigits(low)}-${twoDigits(high)})`;
}

const percent = (score: number): string => `${(100 * score).toFixed(1)} %`;
