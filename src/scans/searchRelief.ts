import { relief, type Relief } from "./relief";
import { rowShifts } from "./rowShifts";
import { areaTaps, cubicTaps } from "./taps";

/** The relief of a scan on square pixels, and how they lie on the scan's own. */
export interface SearchRelief extends Relief {
  /** Edge of a pixel in nm. */
  readonly nm: number;
  /** Pixels of the scan for one of the relief, on each axis. */
  readonly factors: readonly [x: number, y: number];
}

/** Smallest pixel in nm: finer ones show nothing more of an atom. */
const finestNm = 0.08;
/** A network sees small features better on pixels somewhat finer than the scan's. */
const finer = 0.77;
/** Length over which the ground is taken, in nm, and at least in pixels. */
const groundNm = 1.5;
const groundPixels = 10;
/** Gaps are bridged up to this many pixels from what is measured. */
const gapPixels = 4;

/** How often the tilt of a scan is looked for at most: a plane through many steps hides most of it. */
const mostTiltLooks = 16;

/** More pixels take more memory than most machines have to spare, so that larger scans are searched on coarser ones. */
const mostPixels = 2 ** 24;

/** Edge of the pixels on which so many of a scan are searched, in nm. */
function searchNm([x, y]: readonly [number, number], count: number): number {
  return Math.max(finestNm, finer * Math.sqrt(x * y), Math.sqrt((x * y * count) / mostPixels));
}

/**
 * Aligns rows, bridges small gaps, brings the scan to square pixels and takes its ground off.
 * @param wanted edge of the pixels in nm
 */
export function searchRelief(
  data: Float64Array,
  width: number,
  nmPerPixel: readonly [x: number, y: number],
  wanted = searchNm(nmPerPixel, data.length),
): SearchRelief {
  const height = data.length / width;
  const columns = Math.max(1, Math.round((width * nmPerPixel[0]) / wanted));
  const rows = Math.max(1, Math.round((height * nmPerPixel[1]) / wanted));
  const flat = withoutGaps(aligned(data, width), width, gapPixels);
  const known = stretchKnown(flat, width, [columns, rows]);
  const heights = stretch(flat, width, [columns, rows]);
  return {
    ...relief(heights, columns, known, groundReach(wanted), mostTiltLooks),
    nm: wanted,
    factors: [width / columns, height / rows],
  };
}

/** Heights from the middle on, rows one above the other without their offsets; NaN where nothing is measured. */
export function aligned(data: Float64Array, width: number): Float32Array {
  // Loops, since `from` of an array makes a list of all its numbers, which for large scans is the most memory of all.
  const counts = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) counts[i] = Number.isFinite(data[i]) ? 1 : 0;
  const shifts = rowShifts(data, width, counts, "median of differences", 0);
  const first = data.find((value) => Number.isFinite(value)) ?? 0;
  const heights = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++)
    heights[i] = counts[i] === 0 ? NaN : data[i] - first - shifts[Math.floor(i / width)];
  return heights;
}

/** Bridges what was not measured where something was on two opposite sides, at most `reach` pixels away each. */
export function withoutGaps(data: Float32Array, width: number, reach: number): Float32Array {
  const height = data.length / width;
  const result = data.slice();
  /** The nearest measured value in a direction and how far it lies; nothing beyond the reach. */
  const seek = (x: number, y: number, dx: number, dy: number): [number, number] => {
    for (let k = 1; k <= reach; k++) {
      const [u, v] = [x + k * dx, y + k * dy];
      if (u < 0 || v < 0 || u >= width || v >= height) break;
      const value = data[v * width + u];
      if (!Number.isNaN(value)) return [value, k];
    }
    return [NaN, 1];
  };
  for (let i = 0; i < data.length; i++) {
    if (!Number.isNaN(data[i])) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    let [sum, weights] = [0, 0];
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
    ]) {
      const [[a, near], [b, far]] = [seek(x, y, -dx, -dy), seek(x, y, dx, dy)];
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      // Linear between the two, and the shorter bridge counts more.
      const weight = 1 / (near + far);
      sum += (weight * (a * far + b * near)) / (near + far);
      weights += weight;
    }
    if (weights > 0) result[i] = sum / weights;
  }
  return result;
}

/** Pixels over which the ground is taken. */
export function groundReach(nm: number): number {
  return Math.max(groundNm / nm, groundPixels);
}

/** 1 where the nearest old pixel is measured. */
function stretchKnown(
  data: Float32Array,
  width: number,
  [columns, rows]: readonly [number, number],
): Uint8Array {
  const height = data.length / width;
  const known = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const from = Math.min(height - 1, Math.floor(((y + 0.5) * height) / rows)) * width;
    for (let x = 0; x < columns; x++) {
      const at = from + Math.min(width - 1, Math.floor(((x + 0.5) * width) / columns));
      known[y * columns + x] = Number.isNaN(data[at]) ? 0 : 1;
    }
  }
  return known;
}

/** Means over areas where pixels grow, cubic interpolation where they shrink; what is not measured takes no part. */
export function stretch(
  data: Float32Array,
  width: number,
  [columns, rows]: readonly [number, number],
): Float32Array {
  const across = stretchLines(data, width, columns, false);
  return stretchLines(across, columns, rows, true);
}

function stretchLines(data: Float32Array, width: number, to: number, down: boolean): Float32Array {
  const height = data.length / width;
  const from = down ? height : width;
  if (from === to) return data;
  const taps = Array.from({ length: to }, (_, i) =>
    (to < from ? areaTaps : cubicTaps)(i, from, to),
  );
  const [outWidth, outHeight] = down ? [width, to] : [to, height];
  const result = new Float32Array(outWidth * outHeight);
  const place = (x: number, y: number, at: number): number => down ? at * width + x : y * width + at; // prettier-ignore
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const { first, weights } = taps[down ? y : x];
      let [sum, total] = [0, 0];
      for (let k = 0; k < weights.length; k++) {
        const at = first + k;
        const inside = Math.min(from - 1, Math.max(0, at));
        const edge = data[place(x, y, inside)];
        // Beyond the border a slope goes on.
        const inner = at === inside || from < 2 ? edge : data[place(x, y, at < 0 ? 1 : from - 2)];
        const value = edge + Math.abs(at - inside) * (edge - inner);
        if (Number.isNaN(value)) continue;
        sum += weights[k] * value;
        total += weights[k];
      }
      result[y * outWidth + x] = total > 0.3 ? sum / total : NaN;
    }
  }
  return result;
}
