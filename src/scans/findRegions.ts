import type { DefectResponse } from "./defectResponse";
import { hills } from "./hills";

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
    hills(
      sign > 0 ? response.deviation : response.deviation.map((value) => -value),
      response.grid,
      settings,
    ).filter((region) => allowed(region, response, settings, edges)),
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
