import type { Rng } from "../../core";
import { drawFrom, drawSigned, type Range } from "../ranges";

/** How the sample slides under the tip; each is drawn once for a scan. */
export interface PathOptions {
  /** Speed at which the sample drifts, in nm per minute, in any direction; at room temperature 0.05 to 1. @default [0, 0] */
  readonly driftNmPerMinute?: Range;
  /** How far the scanner still settles after its last move, in nm, along each axis; 0.5 to 5. @default [0, 0] */
  readonly settleNm?: Range;
  /** How fast it settles, in minutes; 2 to 20. @default [2, 20] */
  readonly settleMinutes?: Range;
  /** Creep of the piezo in percent of its last move for each decade of time; 1 to 2. @default [0, 0] */
  readonly creepPercent?: Range;
  /** The last move before the scan, in nm, along each axis. @default [-100, 100], assumed */
  readonly moveNm?: Range;
  /** Hysteresis of the fast axis in percent of the edge, 0 to 3; trace and retrace bow against each other. @default [0, 0] */
  readonly hysteresisPercent?: Range;
}

/** What was drawn for one scan; units as in the options, pairs along x (to the right) and y (downwards). */
export interface Path {
  readonly driftNmPerMinute: readonly [x: number, y: number];
  readonly settleNm: readonly [x: number, y: number];
  readonly settleMinutes: number;
  /** Nanometres of creep for each decade of time. */
  readonly creepNm: readonly [x: number, y: number];
  readonly hysteresisPercent: number;
}

/** Seconds from which creep is counted, the usual convention. */
const creepStart = 0.1;

/** Draws the way of one scan. */
export function drawPath(options: Required<PathOptions>, rng: Rng): Path {
  const speed = drawFrom(rng, options.driftNmPerMinute);
  const angle = rng.between(0, 2 * Math.PI);
  const settleNm = [drawSigned(rng, options.settleNm), drawSigned(rng, options.settleNm)] as const;
  const settleMinutes = drawFrom(rng, options.settleMinutes);
  const creep = drawFrom(rng, options.creepPercent) / 100;
  const creepNm = (): number => creep * drawFrom(rng, options.moveNm) || 0;
  return {
    driftNmPerMinute: [speed * Math.cos(angle) || 0, speed * Math.sin(angle) || 0],
    settleNm,
    settleMinutes,
    creepNm: [creepNm(), creepNm()],
    hysteresisPercent: drawFrom(rng, options.hysteresisPercent),
  };
}

/** By how much the sample has moved in the image, in nm: drift, settling and creep since second 0. */
export function slide(path: Path, seconds: number): [x: number, y: number] {
  const minutes = seconds / 60;
  const settled = 1 - Math.exp(-minutes / path.settleMinutes);
  const decades = Math.log10(1 + seconds / creepStart);
  const { driftNmPerMinute, settleNm, creepNm } = path;
  return [
    driftNmPerMinute[0] * minutes + settleNm[0] * settled + creepNm[0] * decades,
    driftNmPerMinute[1] * minutes + settleNm[1] * settled + creepNm[1] * decades,
  ];
}

/** By how much the fast axis lags behind where it was sent, in pixels, at each column. */
export function bow(path: Path, width: number, direction: 1 | -1): Float64Array {
  return Float64Array.from({ length: width }, (_, column) => bowAt(path, width, direction, column));
}

function bowAt(
  { hysteresisPercent }: Path,
  width: number,
  direction: 1 | -1,
  column: number,
): number {
  const half = ((hysteresisPercent / 100) * width) / 2;
  return -direction * half * Math.sin((Math.PI * column) / (width - 1));
}

/** Pixels of the scan, in whole pixels; where drift and hysteresis lead beyond it, more than the scan. */
export interface Reach {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Lines of a scan, and when they are taken. */
export interface LineTimes {
  readonly pixels: number;
  readonly nmPerPixel: number;
  readonly path: Path;
  /** One way. */
  readonly lineSeconds: number;
  readonly startSeconds: number;
  readonly scanDirection: "up" | "down";
}

/** When the trace of a row begins, in seconds since the scan began. */
export function rowBegins(
  { pixels, lineSeconds, scanDirection }: Omit<LineTimes, "path">,
  row: number,
): number {
  return 2 * lineSeconds * (scanDirection === "up" ? pixels - 1 - row : row);
}

/**
 * All pixels of the sample that the tip comes over in some rows, and what interpolation needs around them; exactly
 * the scan where nothing slides.
 */
export function reach(times: LineTimes, rows: readonly [first: number, last: number]): Reach {
  const { pixels, path, nmPerPixel, lineSeconds, startSeconds } = times;
  const bowed = Math.abs(bowAt(path, pixels, 1, pixels >> 1));
  let [left, right, top, bottom] = [-bowed, pixels - 1 + bowed, rows[0], rows[1]];
  let still = bowed === 0;
  for (let row = rows[0]; row <= rows[1]; row++) {
    const begin = startSeconds + rowBegins(times, row);
    for (const seconds of [begin, begin + 2 * lineSeconds]) {
      const [x, y] = slide(path, seconds).map((nm) => nm / nmPerPixel);
      left = Math.min(left, -x - bowed);
      right = Math.max(right, pixels - 1 - x + bowed);
      top = Math.min(top, row - y);
      bottom = Math.max(bottom, row - y);
      still &&= x === 0 && y === 0;
    }
  }
  const more = still ? 0 : 2;
  const [x, y] = [Math.floor(left) - more, Math.floor(top) - more];
  return { left: x, top: y, width: Math.ceil(right) + more - x + 1, height: Math.ceil(bottom) + more - y + 1 }; // prettier-ignore
}

/** Where in the trace a place of the sample is seen, in pixels: what sliding and hysteresis make of it. */
export function seenAt(times: LineTimes, x: number, y: number): [x: number, y: number] {
  const { pixels, path, nmPerPixel, lineSeconds, startSeconds } = times;
  let [column, row] = [x, y];
  // Sliding is slow against scanning, so that each round leaves a small part of the error of the last one.
  for (let round = 0; round < 20; round++) {
    const begin = rowBegins(times, row) + (column / pixels) * lineSeconds;
    const [dx, dy] = slide(path, Math.max(0, startSeconds + begin));
    const nearest = Math.min(pixels - 1, Math.max(0, Math.round(column)));
    const bowed = bowAt(path, pixels, 1, nearest);
    [column, row] = [x + dx / nmPerPixel - bowed, y + dy / nmPerPixel];
  }
  return [column, row];
}
