import { checkOneOf, InputError } from "../core";
import {
  independentUnits,
  labelPoints,
  planLabels,
  wholeDraws,
  type LabelPlan,
  type NeededLabels,
  type PlanBackTest,
  type ResultMetric,
  type ScoredResult,
} from "../metrics";
import { metricWords } from "./savingsText";
import { textTable } from "./textTable";

/** What is asked of a study's curves. */
export interface PlanStudyOptions {
  /** The score that is wanted, in (0,1). */
  readonly target: number;
  /** The method that the figure and the back-test are of. @default the best at its largest budget */
  readonly method?: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
}

/** The label plan of every method of a study. */
export interface StudyPlan {
  readonly target: number;
  readonly metric: ResultMetric;
  readonly plans: readonly { readonly method: string; readonly plan: LabelPlan }[];
  /** Methods whose curves are too short, with the reason. */
  readonly left: readonly { readonly method: string; readonly reason: string }[];
  /** The one that the figure and the back-test are of. */
  readonly shown: { readonly method: string; readonly plan: LabelPlan };
  /** Whether one pretraining serves all draws, which the ranges then leave out. */
  readonly onePretraining: boolean;
}

/**
 * Plans labels for every method of a study.
 * @throws InputError if the method is not there, or no curve has four budgets with three draws
 */
export function planStudy(results: readonly ScoredResult[], options: PlanStudyOptions): StudyPlan {
  const { target, method, metric = "balancedAccuracy" } = options;
  const names = [...new Set(results.map((result) => result.method))];
  if (method !== undefined) checkOneOf("method", method, names);
  const plans: { method: string; plan: LabelPlan }[] = [];
  const left: { method: string; reason: string }[] = [];
  let first: InputError | undefined;
  for (const name of names) {
    try {
      const points = wholeDraws(labelPoints(results, { method: name, metric }));
      plans.push({ method: name, plan: planLabels(points, { target }) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
      if (name === method) throw error;
      left.push({ method: name, reason: error.got });
    }
  }
  const end = ({ plan }: (typeof plans)[number]): number => plan.points[plan.points.length - 1].score; // prettier-ignore
  const shown =
    method === undefined
      ? plans.reduce<(typeof plans)[number] | undefined>((best, one) => (best === undefined || end(one) > end(best) ? one : best), undefined) // prettier-ignore
      : plans.find((one) => one.method === method);
  if (shown === undefined) throw first ?? noResult();
  const { onePretraining } = independentUnits(results);
  return { target, metric, plans, left, shown, onePretraining };
}

const noResult = (): InputError =>
  new InputError({
    got: "no result",
    expected: "finished trials",
    todo: "Run the study first.",
  });

/** A study's label plan in words: a line a method, and the back-test of the one that is shown. */
export function planText({
  target,
  metric,
  plans,
  left,
  shown,
  onePretraining,
}: StudyPlan): string {
  const width = Math.max(...[...plans, ...left].map(({ method }) => method.length));
  const out = onePretraining
    ? "One pretraining serves all draws: the ranges leave out what another would change."
    : "The ranges are over draws of labels and their pretrainings.";
  return [
    out,
    "",
    `Labels a class for ${percent(target)} ${metricWords[metric]}, drawn at random:`,
    ...plans.map(({ method, plan }) => `  ${method.padEnd(width)}  ${answer(plan)}`),
    ...left.map(({ method, reason }) => `  ${method.padEnd(width)}  no plan: ${reason}`),
    "",
    ...backTestText(shown.method, shown.plan),
  ].join("\n");
}

function answer({ needed, points, horizon }: LabelPlan): string {
  const last = points[points.length - 1].labels;
  const { verdict, labels, low } = needed;
  if (verdict === "beyond") {
    const atLeast = low < horizon[1] ? `; hardly below ${whole(low)}` : "";
    return `beyond ${whole(horizon[1])}, if ever: these curves cannot tell${atLeast}`;
  }
  if (verdict === "reached") return `${short(labels)} (${ends(needed, last)}): reached already`;
  const guess = verdict === "rough" ? ", roughly" : "";
  return `about ${whole(labels)} (${ends(needed, horizon[1])}): ${whole(labels - last)} more than the ${last} so far${guess}`;
}

function ends({ low, high, verdict }: NeededLabels, most: number): string {
  const from = verdict === "reached" ? (low === 0 ? "0" : short(low)) : whole(low);
  const to = verdict === "reached" ? short(high) : whole(high);
  return `${from} to ${Number.isFinite(high) ? to : `beyond ${whole(most)}`}`;
}

function backTestText(method: string, { backTest }: LabelPlan): string[] {
  if (backTest.length === 0)
    return [`No back-test of "${method}": it takes five budgets, each at most four times the one before.`]; // prettier-ignore
  const rows = [
    ["from up to", "told of", "forecast", "range", "found", "labels asked / taken"],
    ...backTest.map((one) => [
      String(one.seen),
      String(one.labels),
      percent(one.score),
      `${percent(one.low)} to ${percent(one.high)}`,
      `${percent(one.found)}${held(one) ? "" : " !"}`,
      Number.isFinite(one.asked) ? one.asked.toFixed(2) : "never",
    ]),
  ];
  const inside = backTest.filter(held).length;
  return [
    `Back-test of "${method}": what its first budgets alone would have said (${inside} of ${backTest.length} ranges held what was found):`,
    textTable(rows),
  ];
}

const held = ({ found, low, high }: PlanBackTest): boolean => low <= found && found <= high;
const percent = (score: number): string => `${(100 * score).toFixed(1)} %`;
const whole = (labels: number): string => labels.toFixed(0);
const short = (labels: number): string => String(Number(labels.toPrecision(2)));
