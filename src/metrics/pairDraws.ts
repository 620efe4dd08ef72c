import { InputError } from "../core";
import { independentUnits } from "./independentUnits";
import { labelCrossing, type LabelRange } from "./labelCrossing";
import { labelCurve, type LabelCurve, type LabelPoint } from "./labelCurve";

/** The trials of one method, draw by draw. */
export interface DrawnCurves {
  /** Mean over draws, made non-decreasing. */
  readonly mean: LabelCurve;
  /** [draws, budgets]; each draw's scores as they are. */
  readonly rows: readonly (readonly number[])[];
}

/** Two methods on the same draws. */
export interface PairedDraws {
  readonly baseline: DrawnCurves;
  readonly method: DrawnCurves;
  /** n; draws with the same number share an encoder. */
  readonly units: readonly number[];
}

/**
 * Arranges the trials of two methods by draw.
 * @throws InputError if their draws differ, or a draw lacks a budget or has it twice
 */
export function pairDraws(
  baseline: readonly LabelPoint[],
  method: readonly LabelPoint[],
): PairedDraws {
  const drawsOf = (points: readonly LabelPoint[]): number[] =>
    [...new Set(points.map((point) => point.draw))].sort((a, b) => a - b);
  const [own, others] = [drawsOf(baseline), drawsOf(method)];
  if (own.length === 0 || own.join() !== others.join()) {
    throw new InputError({
      got: `draws ${own.join(", ") || "(none)"} of the baseline and ${others.join(", ") || "(none)"} of the method`,
      expected: "the same draws of labels for both",
      todo: "Finish the study, or leave out the draws that one of them lacks.",
    });
  }
  const { unitOf } = independentUnits([...baseline, ...method]);
  return {
    baseline: drawnCurves(baseline, own, "baseline"),
    method: drawnCurves(method, own, "method"),
    units: own.map((draw) => unitOf.get(draw) ?? draw),
  };
}

function drawnCurves(
  points: readonly LabelPoint[],
  draws: readonly number[],
  name: string,
): DrawnCurves {
  const mean = labelCurve(points);
  const rows = draws.map((draw) =>
    mean.labels.map((labels) => {
      const found = points.filter((point) => point.draw === draw && point.labels === labels);
      if (found.length === 1) return found[0].value;
      throw new InputError({
        got: `${found.length === 0 ? "no score" : "two scores"} of the ${name} at ${labels} labels, draw ${draw}`,
        expected: "one score for each budget and draw",
        todo: "Compare one method of one study at a time, and draws that have all budgets.",
      });
    }),
  );
  return { mean, rows };
}

/** The score of a row at some labels, straight in log labels between budgets, which must enclose them. */
export function scoreAt(row: readonly number[], labels: readonly number[], wanted: number): number {
  const next = labels.findIndex((own) => own >= wanted);
  if (labels[next] === wanted) return row[next];
  const [low, high] = [Math.log(labels[next - 1]), Math.log(labels[next])];
  const share = (Math.log(wanted) - low) / (high - low);
  return row[next - 1] + share * (row[next] - row[next - 1]);
}

/** Labels with which one method may reach what another scores in the same draws. Undefined for fewer than three units. */
export function labelsFor(
  { mean, rows }: DrawnCurves,
  scores: readonly number[],
  units: readonly number[],
  level: number,
): LabelRange | undefined {
  const above = rows.map((row, draw) => row.map((value) => value - scores[draw]));
  return labelCrossing({ above, labels: mean.labels, units, level });
}
