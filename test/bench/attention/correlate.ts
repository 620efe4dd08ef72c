/**
 * Rank correlations over encoders, whose recipes are alike in groups: encoders of one recipe differ by their seed only. Intervals leave out one recipe at a time.
 */
import { createRng, type Rng } from "../../../src/core";
import { spearman } from "../../../src/explain";
import { studentQuantile } from "../../../src/metrics";

/** Two columns, and what is held. */
export interface Columns {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** What is held; without it the correlation is plain. */
  readonly given?: readonly number[];
  /** Encoders of one recipe have the same number. */
  readonly recipes: readonly number[];
}

export interface Correlation {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Rank correlation, of what a third column leaves where one is given. */
function rankCorrelation(
  x: readonly number[],
  y: readonly number[],
  z?: readonly number[],
): number {
  const xy = spearman(x, y);
  if (z === undefined) return xy;
  const [xz, yz] = [spearman(x, z), spearman(y, z)];
  return (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz));
}

/**
 * A correlation with its 95 % interval: the jackknife over recipes on the scale of Fisher's z, with Student's t.
 * @see Efron & Stein 1981, Ann. Statist. 9, 586
 */
export function correlate({ x, y, given, recipes }: Columns): Correlation {
  const value = rankCorrelation(x, y, given);
  const names = [...new Set(recipes)];
  const left = names.map((name) => {
    const keep = (list: readonly number[]): number[] => list.filter((_, i) => recipes[i] !== name);
    return fisher(rankCorrelation(keep(x), keep(y), given && keep(given)));
  });
  const g = names.length;
  const mean = left.reduce((sum, z) => sum + z / g, 0);
  const error = Math.sqrt(left.reduce((sum, z) => sum + (z - mean) ** 2, 0) * ((g - 1) / g));
  const half = studentQuantile(0.95, g - 1) * error;
  const z = fisher(value);
  return { value, low: Math.tanh(z - half), high: Math.tanh(z + half) };
}

const fisher = (r: number): number => Math.atanh(Math.max(-0.9999, Math.min(0.9999, r)));

/**
 * Share of simulated experiments of this design whose intervals hold the truth: normal columns with known correlations, part of whose variance the seeds of a
 * recipe share.
 */
export function coverage(
  recipes: readonly number[],
  { r, shared, held, repeats }: { readonly r: number; readonly shared: number; readonly held: boolean; readonly repeats: number }, // prettier-ignore
): number {
  const rng = createRng(7).fork(`${r} ${shared} ${held}`);
  // x and y go along by r beyond what both share with z; each goes along with z by 0.5.
  const [xz, yz] = [0.5, 0.5];
  const xy = xz * yz + r * Math.sqrt((1 - xz * xz) * (1 - yz * yz));
  const rank = (c: number): number => (6 / Math.PI) * Math.asin(c / 2);
  const truth = held
    ? (rank(xy) - rank(xz) * rank(yz)) / Math.sqrt((1 - rank(xz) ** 2) * (1 - rank(yz) ** 2))
    : rank(xy);
  let hits = 0;
  for (let k = 0; k < repeats; k++) {
    const drawn = draw(recipes, { xy, xz, yz }, shared, rng);
    const { low, high } = correlate({ ...drawn, ...(held ? {} : { given: undefined }), recipes } as Columns); // prettier-ignore
    if (low <= truth && truth <= high) hits += 1;
  }
  return hits / repeats;
}

function draw(
  recipes: readonly number[],
  { xy, xz, yz }: { readonly xy: number; readonly xz: number; readonly yz: number },
  shared: number,
  rng: Rng,
): { x: number[]; y: number[]; given: number[] } {
  const one = (): readonly [number, number, number] => {
    const [z, a, b] = [rng.normal(), rng.normal(), rng.normal()];
    const x = xz * z + Math.sqrt(1 - xz * xz) * a;
    const beyond = (xy - xz * yz) / Math.sqrt(1 - xz * xz);
    const y = yz * z + beyond * a + Math.sqrt(1 - yz * yz - beyond * beyond) * b;
    return [x, y, z];
  };
  const common = new Map([...new Set(recipes)].map((name) => [name, one()]));
  const rows = recipes.map((name) => {
    const own = one();
    const of = common.get(name) ?? own;
    return own.map((value, j) => Math.sqrt(shared) * of[j] + Math.sqrt(1 - shared) * value);
  });
  const column = (j: number): number[] => rows.map((row) => row[j]);
  return { x: column(0), y: column(1), given: column(2) };
}
