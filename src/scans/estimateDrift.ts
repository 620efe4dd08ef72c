import { InputError, type Scan } from "../core";
import { correctDrift } from "./correctDrift";
import { fourierTransform } from "./fourierTransform";
import { rowOrder, rowSeconds } from "./scanTimes";
import { chosenChannels, type ChannelOptions } from "./steps";

/** How fast the surface moves through the frame: to the right and downwards. */
export interface Drift {
  readonly xNmPerMinute: number;
  readonly yNmPerMinute: number;
}

/** Bands of rows, a quarter of the frame each, in which the shift is measured. */
const bands = 7;
const rounds = 6;
const leastRows = 16;

/**
 * Thermal drift from two scans of one frame, one upwards and one downwards, taken one right after the other: near the edge
 * where the first ends and the second begins both show the same, and farther away the shift grows with the time between.
 * Level both first.
 * @throws InputError if the scans differ in size, run in one direction, or do not say how long a line takes
 * @see Yurov & Klimov 1994, doi:10.1063/1.1144890
 */
export function estimateDrift(
  first: Scan,
  second: Scan,
  { channel = "" }: ChannelOptions = {},
): Drift {
  checkPair(first, second);
  const [a, b] = [first, second].map((scan) => ({
    ...scan,
    channels: [chosenChannels(scan, channel)[0]],
  }));
  let drift: Drift = { xNmPerMinute: 0, yNmPerMinute: 0 };
  // A correlation of windows finds large shifts too small, so what is left is measured again.
  for (let round = 0; round < rounds; round++) {
    const left = growth(correctDrift(a, drift), correctDrift(b, drift));
    drift = {
      xNmPerMinute: drift.xNmPerMinute + left.xNmPerMinute,
      yNmPerMinute: drift.yNmPerMinute + left.yNmPerMinute,
    };
  }
  return drift;
}

/** How the shift between two scans grows with the time between their rows. */
function growth(first: Scan, second: Scan): Drift {
  const { width, height, sizeMetres } = first;
  const row = rowSeconds(first);
  const [early, late] = [rowOrder(first), rowOrder(second)];
  const size = Math.floor(height / 4);
  const points = Array.from({ length: bands }, (_, band) => {
    const top = Math.round((band * (height - size)) / (bands - 1));
    const [u, v] = [first, second].map(({ channels: [{ data }] }) =>
      data.slice(top * width, (top + size) * width),
    );
    const known = [u, v].map((part) => part.filter(Number.isFinite).length / part.length);
    if (Math.min(...known) < 0.5) return [];
    const middle = top + (size - 1) / 2;
    return [
      { ...shiftBetween(u, v, width), seconds: (height + late(middle) - early(middle)) * row },
    ];
  }).flat();
  if (points.length < 2) {
    throw new InputError({
      got: `${points.length} of ${bands} bands of rows measured in both scans`,
      expected: "at least two, since the drift is how the shift grows",
      todo: "Give whole scans.",
    });
  }
  const nm = [(sizeMetres[0] * 1e9) / width, (sizeMetres[1] * 1e9) / height];
  return {
    xNmPerMinute: 60 * nm[0] * slope(points.map(({ seconds, x }) => [seconds, x])),
    yNmPerMinute: 60 * nm[1] * slope(points.map(({ seconds, y }) => [seconds, y])),
  };
}

function checkPair(first: Scan, second: Scan): void {
  const same =
    first.width === second.width &&
    first.height === second.height &&
    first.sizeMetres.every((size, i) => Math.abs(size / second.sizeMetres[i] - 1) < 1e-6);
  const directions = new Set([first.scanDirection, second.scanDirection]);
  if (same && directions.has("up") && directions.has("down") && first.height >= leastRows) return;
  throw new InputError({
    got: `${first.width} x ${first.height} pixels taken ${first.scanDirection}wards and ${second.width} x ${second.height} taken ${second.scanDirection}wards`,
    expected: `one frame of at least ${leastRows} rows, taken upwards and downwards`,
    todo: "Give the two scans of a pair, the earlier one first.",
  });
}

/**
 * Where the second part shows what the first shows: the top of their cross-correlation, between pixels by a parabola.
 * What is not measured counts as the mean.
 */
function shiftBetween(
  first: Float64Array,
  second: Float64Array,
  width: number,
): { readonly x: number; readonly y: number } {
  const height = first.length / width;
  const [a, b] = [first, second].map((data) => {
    const known = data.filter(Number.isFinite);
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const scale = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0)) || 1;
    const re = data.map(
      (value, i) =>
        (Number.isFinite(value) ? (value - mean) / scale : 0) *
        Math.sin((Math.PI * ((i % width) + 0.5)) / width) *
        Math.sin((Math.PI * (Math.floor(i / width) + 0.5)) / height),
    );
    const part = { re, im: new Float64Array(data.length) };
    fourierTransform(part, width);
    return part;
  });
  const product = {
    re: a.re.map((value, i) => value * b.re[i] + a.im[i] * b.im[i]),
    im: a.re.map((value, i) => value * b.im[i] - a.im[i] * b.re[i]),
  };
  fourierTransform(product, width, true);
  const correlation = product.re;
  let best = 0;
  for (let i = 1; i < correlation.length; i++) if (correlation[i] > correlation[best]) best = i;
  const [x, y] = [best % width, Math.floor(best / width)];
  const at = (u: number, v: number): number =>
    correlation[((v + height) % height) * width + ((u + width) % width)];
  const between = (before: number, top: number, after: number): number => {
    const bend = before - 2 * top + after;
    return bend < 0 ? (before - after) / (2 * bend) : 0;
  };
  const signed = (value: number, length: number): number =>
    value > length / 2 ? value - length : value;
  return {
    x: signed(x, width) + between(at(x - 1, y), at(x, y), at(x + 1, y)),
    y: signed(y, height) + between(at(x, y - 1), at(x, y), at(x, y + 1)),
  };
}

function slope(points: readonly (readonly [number, number])[]): number {
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length);
  const top = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return top / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
