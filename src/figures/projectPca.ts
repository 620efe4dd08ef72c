import type * as MlMatrix from "ml-matrix";
import type { Rng } from "../core";

/** Two coordinates for each row, and how much of the spread each holds. */
export interface Projection {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Share of the variance along x and y, in [0,1]. */
  readonly variance: readonly [number, number];
}

/**
 * The two directions of largest spread, by subspace iteration: a block of random directions is multiplied by the covariance
 * until it settles, without forming that matrix. [n,d] -> [n,2]
 * @see Halko, Martinsson & Tropp 2011, "Finding structure with randomness", algorithm 4.4, arXiv:0909.4061
 */
export function projectPca(rows: readonly (readonly number[])[], rng: Rng): Projection {
  const { Matrix, QrDecomposition, SingularValueDecomposition } = linearAlgebra();
  const data = new Matrix(rows.map((row) => [...row])).center("column");
  const { rows: n, columns: d } = data;
  const block = Math.min(n, d, 10);
  const orthogonal = (matrix: MlMatrix.Matrix): MlMatrix.Matrix =>
    new QrDecomposition(matrix).orthogonalMatrix;
  let directions = Matrix.zeros(d, block);
  directions.apply((i, j) => directions.set(i, j, rng.normal()));
  for (let i = 0; i < 30; i++)
    directions = orthogonal(data.transpose().mmul(data.mmul(directions)));
  const { leftSingularVectors, diagonal, rightSingularVectors } = new SingularValueDecomposition(
    data.mmul(directions),
  );
  const total = data.norm("frobenius") ** 2;
  const axis = (k: number): { values: number[]; share: number } => {
    if (k >= diagonal.length || !(total > 0))
      return { values: new Array<number>(n).fill(0), share: 0 };
    // A direction has no sign of its own: its largest loading is made positive.
    const loadings = directions.mmul(rightSingularVectors.getColumnVector(k)).to1DArray();
    const largest = loadings.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const sign = largest < 0 ? -1 : 1;
    const values = leftSingularVectors.getColumn(k).map((value) => sign * value * diagonal[k]);
    return { values, share: diagonal[k] ** 2 / total };
  };
  const [first, second] = [axis(0), axis(1)];
  return { x: first.values, y: second.values, variance: [first.share, second.share] };
}

function linearAlgebra(): typeof MlMatrix {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  return require("ml-matrix") as typeof MlMatrix;
}
