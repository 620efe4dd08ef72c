import { checkInteger, checkNumber, type Scan } from "../core";
import { settle } from "./settle";
import { chosenChannels, writeStep, type ChannelOptions } from "./steps";

/** What counts as a scar: a bright or dark stroke along a row, a few rows wide. */
export interface MarkScarsOptions extends ChannelOptions {
  /** Height at which a scar begins, in units of the rms step between rows. @default 0.666 */
  readonly high?: number;
  /** Height down to which it goes on along its row, in the same unit. @default 0.25 */
  readonly low?: number;
  /** Shortest scar in pixels. @default 16 */
  readonly minLengthPixels?: number;
  /** Most rows that a scar covers, 1 to 16. @default 4 */
  readonly maxWidthPixels?: number;
}

const defaults = { high: 0.666, low: 0.25, minLengthPixels: 16, maxWidthPixels: 4, channel: "" };

/**
 * Adds a channel "scars" that is 1 on strokes where the tip lost the surface along a row, and 0 elsewhere.
 * @throws InputError if an option is out of range or the channel is not there
 * @see Gwyddion user guide, "Mark Scars"
 */
export function markScars(scan: Scan, options: MarkScarsOptions = {}): Scan {
  const settings = settle("markScars", options, defaults);
  const [channel] = chosenChannels(scan, settings.channel);
  const data = findScars(channel.data, scan.width, checkScarOptions(settings));
  const others = scan.channels.filter(({ name }) => name !== "scars");
  return {
    ...scan,
    channels: [...others, { name: "scars", unit: "", direction: channel.direction, data }],
    history: [...scan.history, writeStep("markScars", settings)],
  };
}

/** The settings of a scar, checked. */
export type ScarSettings = Required<Omit<MarkScarsOptions, "channel">>;

/** @throws InputError if an option is out of range */
export function checkScarOptions<O extends ScarSettings>(settings: O): O {
  checkNumber("high", settings.high, { min: 0, aboveMin: true });
  checkNumber("low", settings.low, { min: 0, max: settings.high });
  checkInteger("minLengthPixels", settings.minLengthPixels, { min: 1 });
  checkInteger("maxWidthPixels", settings.maxWidthPixels, { min: 1, max: 16 });
  return settings;
}

/** 1 on scars of both signs, 0 elsewhere and where nothing is measured. */
export function findScars(data: Float64Array, width: number, settings: ScarSettings): Float64Array {
  const scars = new Float64Array(data.length);
  const rms = rowStep(data, width);
  if (!(rms > 0)) return scars;
  for (const sign of [1, -1]) {
    const marks = prominence(data, width, sign, settings.maxWidthPixels, rms, settings.low);
    keepLong(marks, width, settings).forEach((kept, i) => {
      if (kept === 1) scars[i] = 1;
    });
  }
  return scars;
}

/** Root mean square of the differences between a row and the next, over all pixels. */
function rowStep(data: Float64Array, width: number): number {
  let sum = 0;
  for (let i = 0; i + width < data.length; i++) {
    const step = data[i + width] - data[i];
    if (!Number.isNaN(step)) sum += step * step;
  }
  return Math.sqrt(sum / data.length);
}

/** How far each pixel's row, or the few rows it belongs to, stand out above the rows on both sides, in rms steps. */
function prominence(
  data: Float64Array,
  width: number,
  sign: number,
  maxWidth: number,
  rms: number,
  low: number,
): Float64Array {
  const height = data.length / width;
  const marks = new Float64Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const above = sign * data[row * width + column];
      let lowest = Infinity;
      for (let k = 1; k <= maxWidth && row + k + 1 < height; k++) {
        lowest = Math.min(lowest, sign * data[(row + k) * width + column]);
        const below = sign * data[(row + k + 1) * width + column];
        const stands = (lowest - Math.max(above, below)) / rms;
        if (!(stands >= low)) continue;
        for (let j = 1; j <= k; j++) {
          const at = (row + j) * width + column;
          const own = (sign * data[at] - Math.max(above, below)) / rms;
          marks[at] = Math.max(marks[at], own);
        }
        // What stands out already is a scar of that many rows, and not of more.
        break;
      }
    }
  }
  return marks;
}

/** Strokes that begin high, go on while low, and are long enough. */
function keepLong(
  marks: Float64Array,
  width: number,
  { high, low, minLengthPixels }: ScarSettings,
): Uint8Array {
  const kept = Uint8Array.from(marks, (mark) => (mark >= high ? 1 : 0));
  for (let from = 0; from < marks.length; from += width) {
    for (let i = from + 1; i < from + width; i++)
      if (kept[i - 1] === 1 && marks[i] >= low) kept[i] = 1;
    for (let i = from + width - 2; i >= from; i--)
      if (kept[i + 1] === 1 && marks[i] >= low) kept[i] = 1;
    for (let i = from; i < from + width;) {
      let end = i;
      while (end < from + width && kept[end] === 1) end++;
      if (end > i && end - i < minLengthPixels) kept.fill(0, i, end);
      i = end + 1;
    }
  }
  return kept;
}
