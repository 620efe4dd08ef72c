import { areaUnderCurve, type AreaUnderCurveOptions } from "./areaUnderCurve";
import { enoughDraws } from "./enoughDraws";
import { independentUnits } from "./independentUnits";
import type { LabelPoint } from "./labelCurve";
import { meanInterval, type MeanInterval } from "./meanInterval";
import { InputError } from "../core";

/** What counts as nothing and as everything, and how wide the interval is meant to be. */
export interface AreaIntervalOptions extends AreaUnderCurveOptions {
  /** Confidence level, in (0,1). @default 0.95 */
  readonly level?: number;
}

/** The area under each draw's curve, and which draws are independent. */
export interface DrawnAreas {
  /** Rising. */
  readonly draws: readonly number[];
  readonly areas: readonly number[];
  /** n; draws with the same number share an encoder. */
  readonly units: readonly number[];
}

/**
 * The area under the learning curve with its t-interval over draws: the mean of the areas under the curves of single draws. NaN for fewer than three that are independent.
 * @throws InputError as `areaUnderCurve`, or if a draw lacks a budget that another one has
 */
export function areaInterval(
  points: readonly LabelPoint[],
  { level = 0.95, ...scale }: AreaIntervalOptions = {},
): MeanInterval {
  const { areas, units } = drawnAreas(points, scale);
  return enoughDraws(meanInterval(areas, { level, units }));
}

/** The area under each draw's own curve. @throws InputError as `areaInterval` */
export function drawnAreas(
  points: readonly LabelPoint[],
  scale: AreaUnderCurveOptions = {},
): DrawnAreas {
  const draws = [...new Set(points.map((point) => point.draw))].sort((a, b) => a - b);
  const budgets = new Set(points.map((point) => point.labels));
  const { unitOf } = independentUnits(points);
  const areas = draws.map((draw) => {
    const own = points.filter((point) => point.draw === draw);
    if (own.length !== budgets.size) {
      throw new InputError({
        got: `${own.length} scores of draw ${draw} on ${budgets.size} budgets`,
        expected: "one score of each draw at each budget",
        todo: "Finish the study, or leave out the draws that lack a budget.",
      });
    }
    return areaUnderCurve(own, scale);
  });
  return { draws, areas, units: draws.map((draw) => unitOf.get(draw) ?? draw) };
}
