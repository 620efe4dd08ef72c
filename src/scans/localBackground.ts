import { select } from "./orderStatistics";

/** Samples of the disc on each side of its middle. */
const samples = 3;

/**
 * The median of the measured pixels in a disc around each pixel, taken on a coarse set of points: follows terraces and
 * slow waves, and not what covers less than half of the disc.
 * @param radii in pixels along and across rows
 * @param room where the result goes, so that large scans need no more of it; its values are lost
 */
export function localBackground(
  data: Float64Array,
  width: number,
  radii: readonly [x: number, y: number],
  room?: Float64Array,
): Float64Array {
  const height = data.length / width;
  const points: (readonly [number, number])[] = [];
  for (let v = -samples; v <= samples; v++)
    for (let u = -samples; u <= samples; u++)
      if (u * u + v * v <= samples * samples)
        points.push([Math.round((u / samples) * radii[0]), Math.round((v / samples) * radii[1])]);
  const values = new Float64Array(points.length);
  const [stepX, stepY] = radii.map((radius) => Math.max(1, Math.floor(radius / 5)));
  const columns = knots(width, stepX);
  const rows = knots(height, stepY);
  const coarse = new Float64Array(columns.length * rows.length);
  rows.forEach((y, row) => {
    columns.forEach((x, column) => {
      let count = 0;
      for (const [u, v] of points) {
        // Beyond the border the nearest pixel stands in.
        const column = Math.min(width - 1, Math.max(0, x + u));
        const row = Math.min(height - 1, Math.max(0, y + v));
        const value = data[row * width + column];
        if (!Number.isNaN(value)) values[count++] = value;
      }
      coarse[row * columns.length + column] = count === 0 ? NaN : select(values, count >> 1, count);
    });
  });
  return between(coarse, columns, rows, room);
}

/** Every so many pixels, the last one included. */
function knots(length: number, step: number): number[] {
  const places = Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
  return places[places.length - 1] === length - 1 ? places : [...places, length - 1];
}

/** Linear interpolation between the knots, which all pixels lie between. */
function between(
  coarse: Float64Array,
  columns: readonly number[],
  rows: readonly number[],
  room?: Float64Array,
): Float64Array {
  const width = columns[columns.length - 1] + 1;
  const height = rows[rows.length - 1] + 1;
  if (columns.length === width && rows.length === height) return coarse;
  const weights = (places: readonly number[], length: number): (readonly [number, number])[] =>
    Array.from({ length }, (_, at) => {
      const step = places.length > 1 ? places[1] : 1;
      const knot = Math.min(Math.floor(at / step), Math.max(0, places.length - 2));
      const span = places.length > 1 ? places[knot + 1] - places[knot] : 1;
      return [knot, (at - places[knot]) / span];
    });
  const along = weights(columns, width);
  const result = room?.length === width * height ? room : new Float64Array(width * height);
  weights(rows, height).forEach(([row, t], y) => {
    const above = row * columns.length;
    const below = Math.min(rows.length - 1, row + 1) * columns.length;
    for (let x = 0; x < width; x++) {
      const [a, s] = along[x];
      const b = Math.min(columns.length - 1, a + 1);
      result[y * width + x] =
        (1 - t) * ((1 - s) * coarse[above + a] + s * coarse[above + b]) +
        t * ((1 - s) * coarse[below + a] + s * coarse[below + b]);
    }
  });
  return result;
}
