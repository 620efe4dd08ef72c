import type { DefectResponse } from "./defectResponse";

/** What `findRegions` must know of the settings of `detect`. */
export interface RegionSettings {
  readonly threshold: number;
  readonly edge: number;
  readonly share: number;
  readonly polarity: "both" | "bright" | "dark";
  readonly minAreaNm2: number;
  readonly maxAreaNm2: number;
  readonly separationNm: number;
}

/** Features on both sides of the surface, as lists of pixels of the grid; none touches a pixel of another. */
export function findRegions(
  response: DefectResponse,
  settings: RegionSettings,
  edges: Uint8Array | undefined,
): readonly (readonly number[])[] {
  const signs = { both: [1, -1], bright: [1], dark: [-1] }[settings.polarity];
  return signs.flatMap((sign) =>
    hills(response, sign, settings).filter((region) => allowed(region, response, settings, edges)),
  );
}

/** At the border of what is measured the lattice cannot be told as well, so that more is asked of a feature there. */
const borderFactor = 1.25;

function allowed(
  region: readonly number[],
  { grid, deviation }: DefectResponse,
  { minAreaNm2, maxAreaNm2, threshold }: RegionSettings,
  edges: Uint8Array | undefined,
): boolean {
  const top = region.reduce((most, i) => Math.max(most, Math.abs(deviation[i])), 0);
  if (top < borderFactor * threshold && region.some((i) => atBorder(i, deviation, grid.width)))
    return false;
  const area = region.length * grid.nmPerPixel[0] * grid.nmPerPixel[1];
  if (area < minAreaNm2 || area > maxAreaNm2) return false;
  if (edges === undefined) return true;
  return region.filter((i) => edges[i] === 1).length <= region.length / 2;
}

function atBorder(i: number, deviation: Float64Array, width: number): boolean {
  const x = i % width;
  return (
    x === 0 ||
    x === width - 1 ||
    i < width ||
    i >= deviation.length - width ||
    [i - 1, i + 1, i - width, i + width].some((near) => Number.isNaN(deviation[near]))
  );
}

/**
 * Floods from the highest pixel down to the edge: each pixel joins its highest neighbour's hill; where two hills meet,
 * the lower one is taken in if its top is near, and keeps its own pixels if not.
 */
function hills(
  { deviation, grid }: DefectResponse,
  sign: number,
  settings: RegionSettings,
): (readonly number[])[] {
  const { width, height, nmPerPixel } = grid;
  const candidates: number[] = [];
  deviation.forEach((value, i) => {
    if (sign * value > settings.edge) candidates.push(i);
  });
  candidates.sort((a, b) => sign * (deviation[b] - deviation[a]) || a - b);
  const owner = new Int32Array(deviation.length).fill(-1);
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
        const peak = sign * deviation[tops[low]];
        const close = Math.hypot(dx, dy) < settings.separationNm;
        if (
          close ||
          peak < settings.threshold ||
          sign * deviation[i] > peak - Math.max(1.2, 0.15 * peak)
        )
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
    const peak = sign * deviation[tops[hill]];
    if (peak <= settings.threshold) continue;
    // A tall feature would otherwise reach into its own skirt.
    if (sign * deviation[i] > settings.share * peak) regions[hill].push(i);
  }
  return regions.filter((region) => region.length > 0);
}
