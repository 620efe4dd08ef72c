import type { Result } from "../core";
import { holm, pairedDifference, type ResultMetric } from "../metrics";
import type { EfficiencyCurve } from "./efficiencyCurves";
import { quiet } from "./palette";
import { escapeText } from "./text";

/** How a method differs from another at one budget, on the draws that both have. */
interface Comparison {
  readonly labels: number;
  /** Mean difference in percent points, and half of its 95 % interval. */
  readonly mean: number;
  readonly half: number;
  /** Corrected by Holm for all comparisons of the figure. */
  readonly p: number;
}

/** Level below which a corrected p-value is marked. */
const level = 0.05;

/** Pixels of a row of marks. */
export const markRow = 20;

/** What the marks mean, for the caption. */
export const marksNote = (against: string): string =>
  `Above: ▲ better, ▼ worse than “${against}” on the same draws (paired t-test, Holm's correction, 5 %); · not told apart.`;

/** A row of marks for each other method, on the axis `y2`; none where no budget has two draws of both. */
export function pairedMarks(
  results: readonly Result[],
  curves: readonly EfficiencyCurve[],
  metric: ResultMetric,
  against: string,
): object[] {
  const others = curves.filter(({ name }) => name !== against);
  const raw = others.flatMap((curve) => compare(results, curve, metric, against));
  const corrected = holm(raw.map(({ p }) => p));
  const all = raw.map((one, i) => ({ ...one, p: corrected[i] }));
  const shown = others.filter(({ name }) => all.some((one) => one.method === name));
  return shown.map((curve, row) => trace(curve, all.filter((one) => one.method === curve.name), row)); // prettier-ignore
}

function compare(
  results: readonly Result[],
  { name, points }: EfficiencyCurve,
  metric: ResultMetric,
  against: string,
): (Comparison & { readonly method: string })[] {
  return points.flatMap(({ labels }) => {
    const of = (method: string): ReadonlyMap<number, number> =>
      new Map(
        results
          .filter((one) => one.method === method && one.labelsPerClass === labels)
          .map((one) => [one.draw, 100 * one[metric]]),
      );
    const [own, other] = [of(name), of(against)];
    const draws = [...own.keys()].filter((draw) => other.has(draw));
    if (draws.length < 2) return [];
    const values = (scores: ReadonlyMap<number, number>): number[] =>
      draws.map((draw) => scores.get(draw) ?? NaN);
    const { mean, halfWidth, p } = pairedDifference(values(own), values(other));
    return [{ method: name, labels, mean, half: halfWidth, p }];
  });
}

function trace({ name, style }: EfficiencyCurve, own: readonly Comparison[], row: number): object {
  const told = own.map(({ p }) => p < level);
  return {
    type: "scatter",
    mode: "markers",
    legendgroup: name,
    showlegend: false,
    yaxis: "y2",
    x: own.map(({ labels }) => labels),
    y: own.map(() => row),
    cliponaxis: false,
    marker: {
      symbol: own.map(({ mean }, i) => (!told[i] ? "circle" : mean > 0 ? "triangle-up" : "triangle-down")), // prettier-ignore
      size: told.map((is) => (is ? 11 : 4)),
      color: told.map((is) => (is ? style.colour : quiet)),
    },
    customdata: own.map(({ mean, half, p }) => [signed(mean), half.toFixed(1), p.toPrecision(2)]),
    hovertemplate: `%{customdata[0]} ± %{customdata[1]} points, p = %{customdata[2]}<extra>${escapeText(name)}</extra>`,
  };
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
