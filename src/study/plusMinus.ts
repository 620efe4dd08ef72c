/** A share in percent with half of its interval, where there is one: "81.5 ± 1.1". */
export function plusMinus(mean: number, halfWidth: number): string {
  const half = Number.isFinite(halfWidth) ? ` ± ${(100 * halfWidth).toFixed(1)}` : "";
  return `${(100 * mean).toFixed(1)}${half}`;
}
