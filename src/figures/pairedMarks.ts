import {
  compareMethods,
  type MethodDifference,
  type ResultMetric,
  type ScoredResult,
} from "../metrics";
import type { EfficiencyCurve } from "./efficiencyCurves";
import { quiet } from "./palette";
import { escapeText } from "./text";

/** Level below which a corrected p-value is marked. */
const level = 0.05;

/** Pixels of a row of marks. */
export const markRow = 20;

/** What the marks mean, for the caption. */
export const marksNote = (against: string): string =>
  `Above: ▲ better, ▼ worse than “${against}” on the same draws (paired t-test, Holm's correction, 5 %); dots: may be luck.`;

/** A row of marks for each other method, on the axis `y2`; none where no budget has draws enough of both. */
export function pairedMarks(
  results: readonly ScoredResult[],
  curves: readonly EfficiencyCurve[],
  metric: ResultMetric,
  against: string,
): object[] {
  const all = compareMethods(results, { against, metric });
  const told = all.filter(({ at, adjusted }) => at !== "area" && at > 0 && !Number.isNaN(adjusted));
  return curves
    .map((curve) => ({ curve, own: told.filter(({ method }) => method === curve.name) }))
    .filter(({ own }) => own.length > 0)
    .map(({ curve, own }, row) => trace(curve, own, row));
}

function trace(
  { name, style }: EfficiencyCurve,
  own: readonly MethodDifference[],
  row: number,
): object {
  const told = own.map(({ adjusted }) => adjusted < level);
  return {
    type: "scatter",
    mode: "markers",
    legendgroup: name,
    showlegend: false,
    yaxis: "y2",
    x: own.map(({ at }) => at),
    y: own.map(() => row),
    cliponaxis: false,
    marker: {
      symbol: own.map(({ mean }, i) =>
        !told[i] ? "circle" : mean > 0 ? "triangle-up" : "triangle-down",
      ),
      size: told.map((is) => (is ? 11 : 5)),
      color: told.map((is) => (is ? style.colour : quiet)),
      opacity: 1,
    },
    customdata: own.map(({ mean, halfWidth, adjusted }) => [
      signed(100 * mean),
      (100 * halfWidth).toFixed(1),
      adjusted.toPrecision(2),
    ]),
    hovertemplate: `%{customdata[0]} ± %{customdata[1]} points, p = %{customdata[2]}<extra>${escapeText(name)}</extra>`,
  };
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
