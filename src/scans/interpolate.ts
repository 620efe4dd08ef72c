/** Value between pixels, linear; NaN outside the frame. Positions count from the middle of the first pixel. */
export function interpolate(data: Float64Array, width: number, x: number, y: number): number {
  const height = data.length / width;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (!(left >= 0 && top >= 0 && x <= width - 1 && y <= height - 1)) return NaN;
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [s, t] = [x - left, y - top];
  // A neighbour of no weight may be unmeasured.
  const row = (at: number): number =>
    s === 0
      ? data[at * width + left]
      : (1 - s) * data[at * width + left] + s * data[at * width + right];
  return t === 0 ? row(top) : (1 - t) * row(top) + t * row(bottom);
}
