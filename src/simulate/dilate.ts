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
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < heights.length; i++) {
    if (heights[i] < low) low = heights[i];
    if (heights[i] > high) high = heights[i];
  }
  // Further away the paraboloid has risen above the highest place.
  const far = Math.floor(Math.sqrt(2 * radius * (high - low)) / pixel);
  const fall = Float64Array.from({ length: far + 1 }, (_, u) => (u * pixel) ** 2 / (2 * radius));
  const rows = new Float64Array(heights.length).fill(-Infinity);
  for (let at = 0; at < heights.length; at += width) {
    touch(rows, at, heights, at, width, 0);
    // From where it touches soonest outwards: further away hardly anything is higher.
    for (let u = 1; u <= far; u++) {
      touch(rows, at, heights, at + u, width - u, fall[u]);
      touch(rows, at + u, heights, at, width - u, fall[u]);
    }
  }
  const both = new Float64Array(heights.length).fill(-Infinity);
  for (let at = 0; at < heights.length; at += width) {
    touch(both, at, rows, at, width, 0);
    for (let u = 1; u <= far; u++) {
      const [above, below] = [at - u * width, at + u * width];
      if (above >= 0) touch(both, at, rows, above, width, fall[u]);
      if (below < rows.length) touch(both, at, rows, below, width, fall[u]);
    }
  }
  return both;
}

/** Lifts `traced`, from `at` on, to as many heights from `from` on less what the paraboloid has risen there. */
function touch(
  traced: Float64Array,
  at: number,
  heights: Float64Array,
  from: number,
  count: number,
  rise: number,
): void {
  for (let i = 0; i < count; i++) {
    const height = heights[from + i] - rise;
    if (height > traced[at + i]) traced[at + i] = height;
  }
}
