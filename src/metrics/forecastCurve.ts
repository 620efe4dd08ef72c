import { curveShapes, type CurveModel } from "./curveModels";
import { fitCurve, type CurveFit, type CurvePoint } from "./fitCurve";

/** The models that forecasts are made of. */
export const forecastModels = Object.keys(curveShapes) as readonly CurveModel[];

/** Budgets that a model is fitted to at least, in back-tests as well. */
export const fewestBudgets = 3;

/** A model with its say in a forecast. */
export interface WeighedFit extends CurveFit {
  /** Share of the forecast, by how near the model came in the back-test; they sum to 1. */
  readonly weight: number;
  /** Root mean square of what its fits to fewer budgets missed later ones by, for each doubling of labels; NaN without a back-test. */
  readonly miss: number;
}

/** An error to come, and how far it may be off. */
export interface ErrorForecast {
  readonly error: number;
  /** Half of the range that is meant to hold 95 %. */
  readonly halfWidth: number;
}

/** What the budgets so far say of those to come. */
export interface CurveForecast {
  readonly fits: readonly WeighedFit[];
  readonly at: (labels: number) => ErrorForecast;
}

/** Misses below this do not make one model better than another. */
const even = 0.01;

/** How far beyond the budgets fitted to a back-test looks, as it may be asked later. */
const furthest = 4.5;

/** Share of the last rise, for each doubling, that a forecast may be off by. */
const ofRise = 0.3;

/** Makes the range hold about 95 %, on measured and on invented curves: test/bench/coverage.ts. A few misses say less than many. */
const scale = (misses: number): number => 0.95 * Math.sqrt(1 + 3 / Math.max(1, misses));

/**
 * Forecasts a learning curve: from the mean at the last budget on, pow2, pow3, log2 and mmf4 tell the rise, weighed by 1 / (miss² + 0.01²) with what each missed in
 * the inner back-test, fitted to the first budgets and held against the later ones. On the curves of test/bench/coverage.ts that misses less
 * than the best model alone. The range grows with the noise of the last budget, these misses and a share of the last rise, both for each
 * doubling, and with how far the models are apart.
 */
export function forecastCurve(points: readonly CurvePoint[]): CurveForecast {
  const { misses, count } = innerBackTest(points);
  const weights = misses.map((miss) => (Number.isNaN(miss) ? 1 : 1 / (miss ** 2 + even ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [before, last] = points.slice(-2);
  const fits = forecastModels.map((model, i) => ({
    ...fitCurve(points, { model }),
    weight: weights[i] / total,
    miss: misses[i],
  }));
  const mean = (value: (fit: WeighedFit) => number): number =>
    fits.reduce((sum, fit) => sum + fit.weight * value(fit), 0);
  const rise = Math.max(0, before.error - last.error) / Math.log2(last.labels / before.labels);
  const missed = count === 0 ? 0 : mean(({ miss }) => miss ** 2);
  return {
    fits,
    at: (labels) => {
      const change = (fit: CurveFit): number => fit.errorAt(labels) - fit.errorAt(last.labels);
      const changed = mean(change);
      const apart = mean((fit) => (change(fit) - changed) ** 2);
      const doublings = Math.max(0, Math.log2(labels / last.labels));
      const noise = (last.standardError ?? 0) ** 2;
      const drift = (missed + (ofRise * rise) ** 2) * doublings ** 2;
      return {
        error: Math.max(0, last.error + changed),
        halfWidth: scale(count) * Math.sqrt(noise + apart + drift),
      };
    },
  };
}

/** What each model's rise missed that of later budgets by, when fitted to fewer: root mean square for each doubling; and how many times that was seen. */
function innerBackTest(points: readonly CurvePoint[]): { misses: number[]; count: number } {
  const squares = forecastModels.map((): number[] => []);
  for (let seen = fewestBudgets; seen < points.length; seen++) {
    const past = points.slice(0, seen);
    const now = past[seen - 1];
    const fits = forecastModels.map((model) => fitCurve(past, { model }));
    points.slice(seen).forEach(({ labels, error }, ahead) => {
      const ratio = labels / now.labels;
      if (ahead > 0 && ratio > furthest) return;
      const doublings = Math.max(1, Math.log2(ratio));
      fits.forEach((fit, m) => {
        const told = now.error + fit.errorAt(labels) - fit.errorAt(now.labels);
        squares[m].push(((told - error) / doublings) ** 2);
      });
    });
  }
  const count = squares[0].length;
  const misses = squares.map((list) =>
    count === 0 ? NaN : Math.sqrt(list.reduce((sum, one) => sum + one, 0) / count),
  );
  return { misses, count };
}
