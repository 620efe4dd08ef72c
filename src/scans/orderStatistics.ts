/** Sorted copy. */
function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** The middle value; of an even number the upper one of the two in the middle, as Gwyddion has it. NaN for none. */
export function upperMedian(values: ArrayLike<number>): number {
  if (values.length === 0) return NaN;
  return select(Float64Array.from(values), Math.floor(values.length / 2));
}

/** Mean without the smallest and largest values, `fraction` of all at each end, rounded. NaN for none. */
export function trimmedMean(values: ArrayLike<number>, fraction: number): number {
  const cut = Math.min(Math.round(fraction * values.length), (values.length - 1) >> 1);
  return mean(sorted(values).subarray(cut, values.length - cut));
}

/** Where values lie closest: the mean of the middle third of the densest window of round(sqrt(n)) values. NaN for none. */
export function modus(values: ArrayLike<number>): number {
  const order = sorted(values);
  const length = Math.round(Math.sqrt(order.length));
  if (length < 2) return upperMedian(values);
  let best = 0;
  for (let i = 1; i + length <= order.length; i++) {
    if (order[i + length - 1] - order[i] < order[best + length - 1] - order[best]) best = i;
  }
  const third = Math.floor(length / 3);
  return mean(order.subarray(best + third, best + length - third));
}

/** NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Quantile by linear interpolation between sorted values, as numpy has it by default. `fraction` in [0,1]; NaN for none. */
export function quantile(values: ArrayLike<number>, fraction: number): number {
  if (values.length === 0) return NaN;
  const own = Float64Array.from(values);
  const at = fraction * (own.length - 1);
  const low = Math.floor(at);
  const below = select(own, low);
  if (low + 1 >= own.length || at === low) return below;
  // What follows is larger, and the smallest of it comes next.
  let above = own[low + 1];
  for (let i = low + 2; i < own.length; i++)
    if (own[i] < above || Number.isNaN(above)) above = own[i];
  return below + (at - low) * (above - below);
}

/**
 * The value that stands at a place in ascending order, of the first `count` values, which change their order: what is before the place is
 * not larger then, what is after it not smaller. As `sort` has it, with NaN last, in a fraction of the time.
 */
export function select(values: Float64Array, place: number, count = values.length): number {
  let [low, high] = [0, count - 1];
  for (let i = high; i >= 0; i--) {
    if (!Number.isNaN(values[i])) continue;
    values[i] = values[high];
    values[high--] = NaN;
  }
  if (place > high) return values[place];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const kept = values[i];
      values[i++] = values[j];
      values[j--] = kept;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place];
}

/** As `quantile`, for values that are sorted already. */
export function quantileOfSorted(order: Float64Array, fraction: number): number {
  if (order.length === 0) return NaN;
  const at = fraction * (order.length - 1);
  const low = Math.floor(at);
  const high = Math.min(order.length - 1, low + 1);
  return order[low] + (at - low) * (order[high] - order[low]);
}

/** Standard deviation that outliers do not move: 1.4826 times the median distance from the median. NaN for none. */
export function robustSigma(values: ArrayLike<number>): number {
  const middle = quantile(values, 0.5);
  const away = new Float64Array(values.length);
  for (let i = 0; i < away.length; i++) away[i] = Math.abs(values[i] - middle);
  return 1.4826 * quantile(away, 0.5);
}

/** The values that are numbers. */
export function measured(data: Float64Array): Float64Array {
  return data.filter((value) => Number.isFinite(value));
}

/** At most `most` of the measured values, evenly spread: enough to tell a spread, in a fraction of the time. */
export function sample(data: Float64Array, most = 16384): Float64Array {
  const step = Math.max(1, Math.floor(data.length / most));
  // A step that shares no factor with the width would meet the columns unevenly only by chance; an odd one always does.
  const odd = step % 2 === 0 ? step + 1 : step;
  const values = new Float64Array(Math.ceil(data.length / odd));
  let count = 0;
  for (let i = 0; i < data.length; i += odd)
    if (Number.isFinite(data[i])) values[count++] = data[i];
  return values.subarray(0, count);
}
