import { compareMethods, type ResultMetric } from "../../metrics";
import { metricWords } from "../savingsText";
import { summarise, type SummaryRow } from "../summary";
import { budgetWords, list } from "./methodsText";
import type { TimedRecord } from "./readReport";

/**
 * What came out, in a sentence for the smallest budget and one for the largest, which are no choice of what looks best; empty where there is nothing to
 * compare.
 */
export function resultText(
  results: readonly TimedRecord[],
  metric: ResultMetric,
  baseline: string,
): string {
  const rows = summarise(results, metric).filter(({ labelsPerClass }) => labelsPerClass > 0);
  const own = rows.filter(({ method }) => method === baseline);
  const others = rows.filter(({ method }) => method !== baseline);
  const budgets = own.map((row) => row.labelsPerClass).filter((budget) => others.some((row) => row.labelsPerClass === budget)); // prettier-ignore
  if (budgets.length === 0) return "";
  const ends = [...new Set([Math.min(...budgets), Math.max(...budgets)])];
  const compared = compareMethods(results, { against: baseline, metric });
  const told = ends.map((budget) => {
    const at = others.filter(({ labelsPerClass }) => labelsPerClass === budget);
    const sentences = at.map((row) => {
      const found = compared.find((one) => one.method === row.method && one.at === budget);
      const difference =
        found === undefined || Number.isNaN(found.adjusted)
          ? ""
          : ` (${signed(100 * found.mean)} ± ${(100 * found.halfWidth).toFixed(1)} points, ${pText(found.adjusted)})`;
      return `“${row.method}” reached ${percent(row)}${difference}`;
    });
    const base = own.filter(({ labelsPerClass }) => labelsPerClass === budget).map(percent);
    return `With ${budgetWords(results, budget)} “${baseline}” reached ${base.join()}, ${list(sentences)}.`;
  });
  return `${told.join(" ")} (Mean ${metricWords[metric]} and half of its 95 % interval; in brackets paired differences from “${baseline}”, p after Holm's correction.)`;
}

const percent = ({ mean, halfWidth }: SummaryRow): string =>
  `${(100 * mean).toFixed(1)}${Number.isFinite(halfWidth) ? ` ± ${(100 * halfWidth).toFixed(1)}` : ""} %`;

const pText = (p: number): string => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
