/**
 * Where the largest of some values stand, the largest first, of equal ones the earlier. Looks at most values once, where sorting all takes many looks.
 * @param count how many, at most; a whole number, at least 1
 * @param counts which values take part; all, where it is not given
 */
export function largest(
  values: Float32Array,
  count: number,
  counts?: (at: number) => boolean,
): number[] {
  const found: number[] = [];
  // Kept at hand, since nearly every value is compared with it alone.
  let least = NaN;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (value <= least) continue;
    if (counts?.(at) === false) continue;
    let place = found.length < count ? found.length : count - 1;
    for (; place > 0 && values[found[place - 1]] < value; place--) found[place] = found[place - 1];
    found[place] = at;
    if (found.length === count) least = values[found[count - 1]];
  }
  return found;
}
