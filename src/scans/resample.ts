import { checkNumber, InputError, type Scan } from "../core";
import { settle } from "./settle";
import { writeStep } from "./steps";
import { areaTaps, cubicTaps } from "./taps";

/** Size of the new pixels. */
export interface ResampleOptions {
  /** Nanometres a pixel, on both axes. */
  readonly nmPerPixel: number;
}

/** More pixels than any instrument takes are a slip of the unit. */
const mostPixels = 2 ** 26;

/**
 * Brings all channels to square pixels of a given size: means over areas where pixels grow, cubic interpolation where they
 * shrink. What has a part that is not measured is not measured.
 * @throws InputError if the size is not above 0, or gives more than 67 million pixels or fewer than one
 */
export function resample(scan: Scan, options: ResampleOptions): Scan {
  const settings = settle<ResampleOptions, { nmPerPixel: number | undefined }>(
    "resample",
    options,
    {
      nmPerPixel: undefined,
    },
  );
  checkNumber("nmPerPixel", settings.nmPerPixel, { min: 0, aboveMin: true });
  const [x, y] = scan.sizeMetres;
  const width = Math.round((x * 1e9) / settings.nmPerPixel);
  const height = Math.round((y * 1e9) / settings.nmPerPixel);
  if (width < 1 || height < 1 || width * height > mostPixels) {
    throw new InputError({
      got: `${settings.nmPerPixel} nm a pixel for a frame of ${x * 1e9} nm x ${y * 1e9} nm`,
      expected: "a size that gives at least one pixel and at most 67 million",
      todo: "Give the size in nanometres.",
    });
  }
  const channels = scan.channels.map((channel) => {
    const rows = stretch(channel.data, scan.width, width);
    const turned = stretch(transpose(rows, width), scan.height, height);
    return { ...channel, data: transpose(turned, height) };
  });
  return {
    ...scan,
    channels,
    width,
    height,
    completedRows: Math.round((scan.completedRows * height) / scan.height),
    history: [...scan.history, writeStep("resample", settings)],
  };
}

/** Rows of `from` values become rows of `to` values. */
function stretch(data: Float64Array, from: number, to: number): Float64Array {
  if (from === to) return data.slice();
  const rows = data.length / from;
  const result = new Float64Array(rows * to);
  const taps = Array.from({ length: to }, (_, i) =>
    (to < from ? areaTaps : cubicTaps)(i, from, to),
  );
  for (let row = 0; row < rows; row++) {
    taps.forEach(({ first, weights }, i) => {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        const at = Math.min(from - 1, Math.max(0, first + k));
        if (weights[k] !== 0) sum += weights[k] * data[row * from + at];
      }
      result[row * to + i] = sum;
    });
  }
  return result;
}

function transpose(data: Float64Array, width: number): Float64Array {
  const height = data.length / width;
  const result = new Float64Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) result[x * height + y] = data[y * width + x];
  return result;
}
