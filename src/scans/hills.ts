/** Numbers on a grid. */
export interface HillGrid {
  readonly width: number;
  readonly nmPerPixel: readonly [x: number, y: number];
}

/** What is a hill. */
export interface HillSettings {
  /** Height that a hill must exceed. */
  readonly threshold: number;
  /** Height down to which it may reach. */
  readonly edge: number;
  /** The same as a share of its own height. */
  readonly share: number;
  /** Tops closer than this are one hill. */
  readonly separationNm: number;
}

/**
 * Floods from the highest pixel down to the edge: each pixel joins its highest neighbour's hill; where two hills meet,
 * the lower one is taken in if its top is near, and keeps its own pixels if not.
 */
export function hills(
  heights: Float64Array | Float32Array,
  { width, nmPerPixel }: HillGrid,
  settings: HillSettings,
): (readonly number[])[] {
  const height = heights.length / width;
  const candidates: number[] = [];
  for (let i = 0; i < heights.length; i++) if (heights[i] > settings.edge) candidates.push(i);
  candidates.sort((a, b) => heights[b] - heights[a] || a - b);
  const owner = new Int32Array(heights.length).fill(-1);
  const tops: number[] = [];
  /** The hill that took a hill in. */
  const parent: number[] = [];
  const root = (hill: number): number => {
    while (parent[hill] !== hill) hill = parent[hill];
    return hill;
  };
  for (const i of candidates) {
    const [x, y] = [i % width, Math.floor(i / width)];
    let best = -1;
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const near = owner[v * width + u];
        if (near < 0) continue;
        const hill = root(near);
        if (best < 0 || hill === best) {
          best = hill;
          continue;
        }
        // Numbered by height, so the lower number is the higher hill.
        const [high, low] = [Math.min(best, hill), Math.max(best, hill)];
        const [dx, dy] = [
          ((tops[high] % width) - (tops[low] % width)) * nmPerPixel[0],
          (Math.floor(tops[high] / width) - Math.floor(tops[low] / width)) * nmPerPixel[1],
        ];
        const peak = heights[tops[low]];
        const close = Math.hypot(dx, dy) < settings.separationNm;
        if (close || peak < settings.threshold || heights[i] > peak - Math.max(1.2, 0.15 * peak))
          parent[low] = high;
        best = high;
      }
    }
    if (best < 0) {
      best = tops.length;
      tops.push(i);
      parent.push(best);
    }
    owner[i] = best;
  }
  const regions = tops.map((): number[] => []);
  for (const i of candidates) {
    const hill = root(owner[i]);
    const peak = heights[tops[hill]];
    if (peak <= settings.threshold) continue;
    // A tall feature would otherwise reach into its own skirt.
    if (heights[i] > settings.share * peak) regions[hill].push(i);
  }
  return regions.filter((region) => region.length > 0);
}
