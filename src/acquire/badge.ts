import { define, known } from "../core";
import { drawBy } from "./lloyd";
import {
  candidatesOf,
  checkPool,
  comesFirst,
  probabilitiesOf,
  type Acquire,
  type Pool,
} from "./pool";

const definition = define("badge", 1, {});

/**
 * What would change a linear classifier most and in different ways: k-means++ on the gradients that each would give if the likeliest class were its label. The gradients
 * are never written down, since their products are those of the errors times those of the features.
 * @throws InputError, when called, if there are no class probabilities
 * @see Ash et al. 2020, arXiv:1906.03671
 */
export function badge(given: Record<string, never> = {}): Acquire {
  const { settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const candidates = candidatesOf(pool);
    const gradients = gradientsOf(pool);
    const picks: number[] = [];
    const nearest = new Float64Array(candidates.length).fill(Infinity);
    while (picks.length < Math.min(count, candidates.length)) {
      const at =
        picks.length === 0
          ? longest(gradients.squares, candidates, pool.ids)
          : drawRest(nearest, rng.uniform());
      picks.push(candidates[at]);
      candidates.forEach((i, row) => {
        const far = gradients.distance(i, candidates[at]);
        // Minus 1 marks what is taken, which must not be drawn even where all distances are 0.
        nearest[row] = row === at || nearest[row] < 0 ? -1 : Math.min(nearest[row], far);
      });
    }
    return Int32Array.from(picks);
  };
  return known(acquire, settings);
}
badge.definition = definition;

/** Squared lengths of the gradients and squared distances between them. */
export function gradientsOf(pool: Pool): {
  readonly squares: Float64Array;
  readonly distance: (i: number, j: number) => number;
} {
  const { features, dim, ids } = pool;
  const { p, classes } = probabilitiesOf(pool, pool.probabilities);
  const errors = Float64Array.from(p);
  for (let i = 0; i < ids.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (p[i * classes + c] > p[i * classes + best]) best = c;
    errors[i * classes + best] -= 1;
  }
  const product = (x: ArrayLike<number>, i: number, j: number, length: number): number => {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += x[i * length + k] * x[j * length + k];
    return sum;
  };
  const together = (i: number, j: number): number =>
    product(errors, i, j, classes) * product(features, i, j, dim);
  const squares = Float64Array.from(ids, (_, i) => together(i, i));
  return {
    squares,
    distance: (i, j) => Math.max(0, squares[i] + squares[j] - 2 * together(i, j)),
  };
}

function longest(
  squares: Float64Array,
  candidates: readonly number[],
  ids: readonly string[],
): number {
  return candidates.reduce((best, i, at) => {
    const before = candidates[best];
    const longer = squares[i] > squares[before];
    return longer || (squares[i] === squares[before] && comesFirst(ids, i, before)) ? at : best;
  }, 0);
}

function drawRest(nearest: Float64Array, u: number): number {
  if (nearest.some((d) => d > 0)) return drawBy(nearest, u);
  return drawBy(
    nearest.map((d) => (d < 0 ? 0 : 1)),
    u,
  );
}
