import type * as MlMatrix from "ml-matrix";
import type { Candidate } from "./candidates";
import type { PlacedClicks } from "./placeClicks";

/** How strongly what is learned is held back. */
const ridge = 20;
/** Rounds of Newton's method, which needs a few. */
const rounds = 20;

/**
 * Scores after clicks. What was clicked is certain; for the rest a small correction of the logit is learned, linear in what scores are made of
 * and in the polarity. Whatever was not clicked speaks for its score as it is, so that a few clicks move only what they have in common.
 * @param trust weight of a click against a candidate that nobody clicked; 0 leaves the rest alone
 */
export function teach({ candidates, scores, said }: PlacedClicks, trust: number): number[] {
  const known = scores.map((score, k) => said[k] ?? score);
  const news = known.map((score, k) => said[k] !== undefined && Math.abs(score - scores[k]) > 0.5);
  if (trust === 0 || !news.includes(true)) return known;
  // A click that says what was told anyway says nothing of the rest.
  const taught = known.map((score, k) => (news[k] ? score : scores[k]));
  const rows = standardised(candidates.map(tellingTerms));
  const before = scores.map((score) => logit(score));
  const importance = news.map((own) => (own ? trust : 1));
  if (!foretold({ rows, before, taught, importance, news })) return known;
  const correction = fitCorrection(rows, before, taught, importance);
  return known.map((score, k) => said[k] !== undefined ? score : sigmoid(before[k] + dot(rows[k], correction))); // prettier-ignore
}

/** Fewer clicks that say something new have nothing in common. */
const leastNews = 3;

/** Whether clicks have something in common: what each of them says would have been told better after the others. */
function foretold({
  rows,
  before,
  taught,
  importance,
  news,
}: {
  readonly rows: readonly (readonly number[])[];
  readonly before: readonly number[];
  readonly taught: readonly number[];
  readonly importance: readonly number[];
  readonly news: readonly boolean[];
}): boolean {
  const clicked = [...news.keys()].filter((k) => news[k]);
  if (clicked.length < leastNews) return false;
  const gain = clicked.reduce((sum, k) => {
    const correction = fitCorrection(rows, before, taught, importance.map((own, i) => (i === k ? 0 : own))); // prettier-ignore
    return sum + (taught[k] === 1 ? 1 : -1) * dot(rows[k], correction);
  }, 0);
  return gain > 0;
}

/** Mean logit, area, height, step, border: what kinds differ in; and the height with its sign. */
function tellingTerms({ terms, polarity }: Candidate): number[] {
  return [...terms.slice(0, 7), (polarity === "bright" ? 1 : -1) * terms[3]];
}

/** Weights of a correction that brings scores nearer to what is known, by weighted cross-entropy with small weights. */
function fitCorrection(
  rows: readonly (readonly number[])[],
  before: readonly number[],
  known: readonly number[],
  importance: readonly number[],
): number[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { Matrix, solve } = require("ml-matrix") as typeof MlMatrix;
  const size = rows[0].length;
  const weights = new Array<number>(size).fill(0);
  for (let round = 0; round < rounds; round++) {
    const gradient = weights.map((weight) => ridge * weight);
    const curvature = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => (i === j ? ridge : 0))); // prettier-ignore
    rows.forEach((row, k) => {
      const chance = sigmoid(before[k] + dot(row, weights));
      const pull = importance[k] * (chance - known[k]);
      const bend = importance[k] * Math.max(1e-4, chance * (1 - chance));
      for (let i = 0; i < size; i++) {
        gradient[i] += pull * row[i];
        for (let j = 0; j < size; j++) curvature[i][j] += bend * row[i] * row[j];
      }
    });
    const step = solve(new Matrix(curvature), Matrix.columnVector(gradient)).to1DArray();
    step.forEach((value, i) => (weights[i] -= value));
    if (step.every((value) => Math.abs(value) < 1e-5)) break;
  }
  return weights;
}

/** Each number less its mean, in spreads of all candidates, and a constant. */
function standardised(rows: readonly (readonly number[])[]): number[][] {
  const columns = rows[0].map((_, d) => {
    const mean = rows.reduce((sum, row) => sum + row[d], 0) / rows.length;
    const spread = Math.sqrt(
      rows.reduce((sum, row) => sum + (row[d] - mean) ** 2, 0) / rows.length,
    );
    return { mean, spread: spread > 1e-6 ? spread : 1 };
  });
  return rows.map((row) => [...row.map((value, d) => (value - columns[d].mean) / columns[d].spread), 1]); // prettier-ignore
}

/** Certainty beyond this is not taken at its word. */
const surest = 1e-4;

const logit = (chance: number): number => {
  const within = Math.min(1 - surest, Math.max(surest, chance));
  return Math.log(within / (1 - within));
};

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0); // prettier-ignore
