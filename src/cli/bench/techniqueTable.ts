import { defined } from "../../core";
import { summarise, type TrialRecord } from "../../study";
import { expectations, type Expectation } from "./expectations";

/** One technique on one set. */
export interface TechniqueRow {
  readonly technique: string;
  /** Mean balanced accuracy over the draws, in the order of the budgets. */
  readonly means: readonly number[];
  /** By the last weights, where the means are by their moving average. */
  readonly last?: readonly number[];
  readonly expected: readonly Judged[];
}

/** What a technique was expected to do, and whether it did. */
export interface Judged extends Expectation {
  /** By how many points it is ahead of what it is compared with. */
  readonly found: number;
  readonly reached: boolean;
}

/** What came out on one set. */
export interface TechniqueTable {
  readonly set: string;
  readonly labelsPerClass: readonly number[];
  /** The step size of training from scratch that told held-out training images best. */
  readonly baselineRate: number;
  readonly rows: readonly TechniqueRow[];
  /** The trials that the rows are of. */
  readonly results: readonly TrialRecord[];
  /** Sizes, in a sentence. */
  readonly note: string;
}

/** A row for every technique, with what was expected of it where that was measured. */
export function techniqueRows(
  results: readonly TrialRecord[],
  labelsPerClass: readonly number[],
): TechniqueRow[] {
  const rows = summarise(results);
  const meanOf = (technique: string, labels: number): number | undefined =>
    rows.find((row) => row.method === technique && row.labelsPerClass === labels)?.mean;
  return [...new Set(rows.map(({ method }) => method))].map((technique) => {
    const expected = (expectations[technique] ?? []).flatMap((expectation): Judged[] => {
      const own = meanOf(technique, expectation.labels);
      const other = meanOf(expectation.than, expectation.labels);
      if (own === undefined || other === undefined) return [];
      const found = 100 * (own - other);
      return [{ ...expectation, found, reached: found >= expectation.points }];
    });
    const last = lastWeights(results, technique, labelsPerClass);
    return {
      technique,
      means: labelsPerClass.map((labels) => meanOf(technique, labels) ?? NaN),
      ...defined({ last }),
      expected,
    };
  });
}

/** Means by the last weights; undefined where the records have none. */
function lastWeights(
  results: readonly TrialRecord[],
  technique: string,
  labelsPerClass: readonly number[],
): number[] | undefined {
  const own = results.filter(({ method }) => method === technique);
  if (own.every(({ weights }) => weights === undefined)) return undefined;
  return labelsPerClass.map((labels) => {
    const scores = own.flatMap(({ labelsPerClass: k, weights }) =>
      k === labels && weights !== undefined ? [weights.last.balancedAccuracy] : [],
    );
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  });
}

/** A table as text, a line a technique; in colour, what does not reach its expectation is red. */
export function techniquesText(table: TechniqueTable, colour: boolean): string {
  const { rows, labelsPerClass, set, note, baselineRate } = table;
  const numbers = (values: readonly number[]): string =>
    values.map((value) => (100 * value).toFixed(1).padStart(6)).join(" ");
  const width = Math.max(...rows.map(({ technique }) => technique.length), "labels a class".length);
  const withLast = rows.some(({ last }) => last !== undefined);
  const lastWidth = withLast ? 2 + 7 * labelsPerClass.length : 0;
  const lines = rows.map(({ technique, means, last, expected }) => {
    const beside = (last === undefined ? "" : `  ${numbers(last)}`).padEnd(lastWidth);
    const line = `${technique.padEnd(width)} ${numbers(means)}${beside}  ${expected.map(judgedText).join("; ")}`;
    const red = colour && expected.some(({ reached }) => !reached);
    return red ? `\u001b[31m${line.trimEnd()}\u001b[0m` : line.trimEnd();
  });
  const budgets = labelsPerClass.map((k) => String(k).padStart(6)).join(" ");
  const lastHeader = withLast ? "  last weights".padEnd(lastWidth) : "";
  return [
    `${set}: balanced accuracy in %. ${note} Step size of training from scratch: ${baselineRate}.`,
    `${"labels a class".padEnd(width)} ${budgets}${lastHeader}  expected`,
    ...lines,
  ].join("\n");
}

function judgedText({ than, labels, points, found, reached }: Judged): string {
  const sign = (value: number): string => `${value < 0 ? "" : "+"}${value}`;
  return `${reached ? "as expected" : "BELOW"}: ${sign(Number(found.toFixed(1)))} to ${than} at ${labels}, expected ${sign(points)}`;
}
