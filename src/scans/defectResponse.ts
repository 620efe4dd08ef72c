import { localBackground } from "./localBackground";
import { quantile, robustSigma, sample } from "./orderStatistics";
import { removeLattice } from "./removeLattice";
import { smooth } from "./smooth";
import { workGrid, type WorkGrid } from "./workGrid";

/** Where a surface is unlike itself. */
export interface DefectResponse {
  readonly grid: WorkGrid;
  /** Heights above the local background on the grid, in the unit of the channel. */
  readonly relief: Float64Array;
  /** The same without lattice, smoothed, in standard deviations of the clean surface; NaN where not measured. */
  readonly deviation: Float64Array;
  /** The local background. */
  readonly background: Float64Array;
}

/** Settings in nanometres, so that one set serves all scans. */
export interface ResponseSettings {
  readonly latticeRemoved: boolean;
  readonly backgroundNm: number;
  readonly smoothNm: number;
}

/** Noise below this share of all heights is rounding. */
const smallestShare = 1e-9;
/** Finer pixels add time and noise, and nothing that is larger than an atom. */
const gridNm = 0.1;

/** Takes terraces and lattice off and weighs what is left against the noise of the clean surface. */
export function defectResponse(
  data: Float64Array,
  width: number,
  nmPerPixel: readonly [x: number, y: number],
  settings: ResponseSettings,
): DefectResponse {
  const grid = workGrid(data, width, nmPerPixel, gridNm);
  const inPixels = (nm: number): readonly [number, number] => [
    nm / grid.nmPerPixel[0],
    nm / grid.nmPerPixel[1],
  ];
  const background = localBackground(grid.data, grid.width, inPixels(settings.backgroundNm));
  const relief = grid.data.map((value, i) => value - background[i]);
  const flat = settings.latticeRemoved ? removeLattice(relief, grid.width) : relief;
  const smoothed = smooth(flat, grid.width, inPixels(settings.smoothNm));
  const kept = smoothed.map((value, i) => (Number.isNaN(relief[i]) ? NaN : value));
  const { middle, sigma } = cleanSurface(kept, range(grid.data));
  return {
    grid,
    relief,
    deviation: kept.map((value) => (value - middle) / sigma),
    background,
  };
}

/** Middle and spread of what is left when the features are left out, round by round. */
function cleanSurface(
  values: Float64Array,
  heights: number,
): { readonly middle: number; readonly sigma: number } {
  let inside = sample(values);
  let middle = quantile(inside, 0.5);
  let sigma = robustSigma(inside);
  for (let round = 0; round < 10 && sigma > 0; round++) {
    inside = inside.filter((value) => Math.abs(value - middle) < 2.5 * sigma);
    // What is cut off at 2.5 sigma has a smaller median distance than the whole, by this factor.
    const next = 1.0146 * robustSigma(inside);
    middle = quantile(inside, 0.5);
    if (Math.abs(next - sigma) < 1e-3 * sigma) break;
    sigma = next;
  }
  // A surface without any noise is known to a thousandth of its relief, and a flat one is flat.
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const distance = Math.abs(values[i] - middle);
    if (distance > most) most = distance;
  }
  return {
    middle,
    sigma: Math.max(sigma, 1e-3 * most, smallestShare * heights, Number.MIN_VALUE),
  };
}

function range(data: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (data[i] < low) low = data[i];
    if (data[i] > high) high = data[i];
  }
  return Math.max(0, high - low);
}
