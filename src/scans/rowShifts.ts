import { mean, modus, trimmedMean, upperMedian } from "./orderStatistics";

/** Ways to find how far each row lies too high, named as in Gwyddion. */
export const rowMethods = [
  "polynomial",
  "median",
  "median of differences",
  "modus",
  "matching",
  "trimmed mean",
  "trimmed mean of differences",
] as const;

/** A way to find how far each row lies too high. */
export type RowMethod = (typeof rowMethods)[number];

/**
 * How far each row lies too high, by one number a row; the shifts have mean 0. Rows without a pixel that counts get the shift of the row before.
 * @param trim share cut off at each end by the trimmed means
 * @see Gwyddion user guide, "Align Rows"
 */
export function rowShifts(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  method: Exclude<RowMethod, "polynomial">,
  trim: number,
): Float64Array {
  switch (method) {
    case "median":
      return centred(eachRow(data, width, counts, upperMedian));
    case "modus":
      return centred(eachRow(data, width, counts, modus));
    case "trimmed mean":
      return centred(eachRow(data, width, counts, (values) => trimmedMean(values, trim)));
    case "median of differences":
      return withoutLine(summed(data, width, counts, upperMedian));
    case "trimmed mean of differences":
      return withoutLine(summed(data, width, counts, (values) => trimmedMean(values, trim)));
    case "matching":
      return centred(matched(data, width, counts));
  }
}

type Statistic = (values: ArrayLike<number>) => number;

function eachRow(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  statistic: Statistic,
): Float64Array {
  const shifts = new Float64Array(data.length / width).fill(NaN);
  const values = new Float64Array(width);
  for (let row = 0; row < shifts.length; row++) {
    let count = 0;
    for (let i = row * width; i < (row + 1) * width; i++)
      if (counts[i] !== 0) values[count++] = data[i];
    if (count > 0) shifts[row] = statistic(values.subarray(0, count));
  }
  return shifts;
}

/** Takes the mean off, and gives empty rows the shift of the row before. */
function centred(shifts: Float64Array): Float64Array {
  const known = shifts.filter((shift) => !Number.isNaN(shift));
  const middle = known.length === 0 ? 0 : mean(known);
  let last = known.length === 0 ? 0 : known[0];
  return shifts.map((shift) => (last = Number.isNaN(shift) ? last : shift) - middle);
}

/** Differences between one row and the next that has something to compare, added up from the first row. */
function summed(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  statistic: Statistic,
): Float64Array {
  const shifts = new Float64Array(data.length / width);
  let before = 0;
  for (let row = 1; row < shifts.length; row++) {
    const differences: number[] = [];
    for (let column = 0; column < width; column++) {
      const [here, above] = [row * width + column, before * width + column];
      if (counts[here] !== 0 && counts[above] !== 0) differences.push(data[here] - data[above]);
    }
    shifts[row] = shifts[before] + (differences.length > 0 ? statistic(differences) : 0);
    if (differences.length > 0) before = row;
  }
  return shifts;
}

/** A steady slope down the rows is tilt, not a fault of rows. */
function withoutLine(shifts: Float64Array): Float64Array {
  const middle = (shifts.length - 1) / 2;
  const height = mean(shifts);
  let [along, squares] = [0, 0];
  shifts.forEach((shift, row) => {
    along += (row - middle) * shift;
    squares += (row - middle) ** 2;
  });
  const slope = squares > 0 ? along / squares : 0;
  return shifts.map((shift, row) => shift - height - slope * (row - middle));
}

/**
 * Each row is shifted onto the one before where the two run alike: a pair of neighbouring pixels weighs
 * w = exp(-x^2 / 2q), x the difference of the two rows' differences along it and q the mean |x|.
 */
function matched(data: Float64Array, width: number, counts: ArrayLike<number>): Float64Array {
  const shifts = new Float64Array(data.length / width);
  let before = 0;
  for (let row = 1; row < shifts.length; row++) {
    const gaps = new Float64Array(width).fill(NaN);
    for (let column = 0; column < width; column++) {
      const [here, above] = [row * width + column, before * width + column];
      if (counts[here] !== 0 && counts[above] !== 0) gaps[column] = data[here] - data[above];
    }
    const changes = gaps.subarray(1).map((gap, i) => gap - gaps[i]);
    const known = changes.filter((change) => !Number.isNaN(change)).map(Math.abs);
    const typical = known.length === 0 ? NaN : mean(known);
    let [sum, weights] = [0, 0];
    changes.forEach((change, i) => {
      if (Number.isNaN(change)) return;
      const weight = typical > 0 ? Math.exp(-(change * change) / (2 * typical)) : 1;
      sum += weight * (gaps[i] + gaps[i + 1]);
      weights += 2 * weight;
    });
    shifts[row] = shifts[before] + (weights > 0 ? sum / weights : 0);
    if (weights > 0) before = row;
  }
  return shifts;
}
