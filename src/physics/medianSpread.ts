/** Standard deviation of normal numbers about 0 from the median of their sizes, which few outliers do not move; 0 for less than eight. */
export function medianSpread(values: ArrayLike<number>): number {
  const sizes = Float64Array.from(values, Math.abs).sort();
  return sizes.length < 8 ? 0 : 1.4826 * sizes[sizes.length >> 1];
}
