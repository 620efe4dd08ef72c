/**
 * What a paraboloid of a radius traces that touches from above: max over u of z(x - u) - u^2 / (2 R). Lengths in one
 * unit, row-major; a paraboloid takes its rows and columns one after the other.
 * @see Villarrubia 1997, J. Res. Natl. Inst. Stand. Technol. 102, 425
 */
export function dilate(
  heights: Float64Array,
  width: number,
  pixel: number,
  radius: number,
): Float64Array {
  if (radius === 0) return heights;
  let [low, high] = [Infinity, -Infinity];
  for (const value of heights) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Further away the paraboloid has risen above the highest place.
  const far = Math.floor(Math.sqrt(2 * radius * (high - low)) / pixel);
  const fall = Float64Array.from({ length: far + 1 }, (_, u) => (u * pixel) ** 2 / (2 * radius));
  const rows = along(heights, width, 1, heights.length / width, width, fall);
  return along(rows, heights.length / width, width, width, 1, fall);
}

/** One pass over lines of `count` values `stride` apart. */
function along(
  heights: Float64Array,
  count: number,
  stride: number,
  lines: number,
  nextLine: number,
  fall: Float64Array,
): Float64Array {
  const result = new Float64Array(heights.length);
  const far = fall.length - 1;
  for (let line = 0; line < lines; line++) {
    const start = line * nextLine;
    for (let i = 0; i < count; i++) {
      let best = -Infinity;
      const [from, to] = [Math.max(0, i - far), Math.min(count - 1, i + far)];
      for (let k = from; k <= to; k++) {
        const value = heights[start + k * stride] - fall[Math.abs(i - k)];
        if (value > best) best = value;
      }
      result[start + i * stride] = best;
    }
  }
  return result;
}
