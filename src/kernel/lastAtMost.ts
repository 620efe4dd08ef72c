/** The last place in a rising list that begins with its least value, whose value is at most this one. */
export function lastAtMost(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? Infinity) <= value) low = middle;
    else high = middle;
  }
  return low;
}
