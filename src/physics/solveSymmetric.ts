/**
 * Solves a small positive definite system by Cholesky's decomposition; the matrix [n*n] is overwritten. A direction without weight gets 0.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const x = right.slice();
  for (let j = 0; j < n; j++) {
    let diagonal = matrix[j * n + j];
    const least = 1e-10 * Math.abs(diagonal);
    for (let k = 0; k < j; k++) diagonal -= matrix[j * n + k] ** 2;
    const root = diagonal > least && diagonal > 0 ? Math.sqrt(diagonal) : Infinity;
    matrix[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = sum / root;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= matrix[i * n + k] * x[k];
    x[i] /= matrix[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= matrix[k * n + i] * x[k];
    x[i] /= matrix[i * n + i];
  }
  return x;
}
