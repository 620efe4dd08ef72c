import type { Rng } from "../../core";
import { drawFrom, type Range } from "../ranges";

/** What shows line by line; each is drawn once for a scan. */
export interface MarkOptions {
  /** Standard deviation of the offset of one line against the others, in pm; 5 to 30 are usual. @default [3, 20] */
  readonly lineOffsetPm?: Range;
  /** Standard deviation of the step of a random walk from line to line, in pm. @default [0, 0] */
  readonly lineWalkPm?: Range;
  /** Scars in 100 lines; 0.05 to 2. @default [0, 0] */
  readonly scars?: Range;
  /** Height of a scar above or below the surface, in pm, drawn for each scar. @default [10, 300] */
  readonly scarPm?: Range;
  /** Spikes of 1 to 3 pixels in 100 lines. @default [0, 0] */
  readonly glitches?: Range;
}

/** What was drawn for one scan; units as in the options. */
export interface Marks {
  readonly lineOffsetPm: number;
  readonly lineWalkPm: number;
  readonly scars: number;
  readonly scarPm: Range;
  readonly glitches: number;
}

/** Draws how many marks one scan gets, beyond the offsets of its lines. */
export function drawMarks(options: Required<MarkOptions>, rng: Rng): Omit<Marks, "lineOffsetPm"> {
  return {
    lineWalkPm: drawFrom(rng, options.lineWalkPm),
    scars: drawFrom(rng, options.scars),
    scarPm: options.scarPm,
    glitches: drawFrom(rng, options.glitches),
  };
}

/** Typical length of a scar in nm and how widely it spreads, as the logarithm; assumed. */
const scarLength = { nm: 1.5, spread: 0.8 };

/** What scars and spikes add to one image, in pm: rows in the order in which they were taken. */
export function scarsAndGlitches(
  { scars, scarPm, glitches }: Marks,
  [width, height]: readonly [number, number],
  nmPerPixel: number,
  rng: Rng,
): Float64Array | undefined {
  const [scarRng, glitchRng] = [rng.fork("scars"), rng.fork("glitches")];
  const [scarCount, glitchCount] = [
    count((scars * height) / 100, scarRng),
    count((glitches * height) / 100, glitchRng),
  ];
  if (scarCount + glitchCount === 0) return undefined;
  const added = new Float64Array(width * height);
  for (let n = 0; n < scarCount; n++) {
    const length = Math.exp(scarLength.spread * scarRng.normal()) * (scarLength.nm / nmPerPixel);
    // Half of all scars are one row high, a quarter two, and so on up to four.
    const rows = Math.min(4, 1 + Math.floor(-Math.log2(1 - scarRng.uniform())));
    const [low, high] = scarPm;
    const sign = scarRng.uniform() < 0.7 ? 1 : -1;
    const pm = sign * Math.exp(scarRng.between(Math.log(low), Math.log(high)));
    const [left, top] = [scarRng.integer(width), scarRng.integer(height)];
    for (let row = top; row < Math.min(height, top + rows); row++) {
      // The rows of one scar begin and end where they like.
      const from = Math.max(0, left - scarRng.integer(3));
      const to = Math.min(width, left + Math.ceil(length) + scarRng.integer(3));
      added.fill(pm, row * width + from, row * width + to);
    }
  }
  for (let n = 0; n < glitchCount; n++) {
    const at = glitchRng.integer(width * height);
    const end = Math.min(added.length, at + 1 + glitchRng.integer(3));
    const sign = glitchRng.uniform() < 0.5 ? 1 : -1;
    added.fill(sign * glitchRng.between(50, 400), at, end);
  }
  return added;
}

/** How many of something that happens this often on average. @see Knuth, The Art of Computer Programming 2, 3.4.1 */
export function count(mean: number, rng: Rng): number {
  const limit = Math.exp(-mean);
  let drawn = 0;
  for (let product = rng.uniform(); product > limit; product *= rng.uniform()) drawn++;
  return drawn;
}

/** The offset of each line in the order in which they are taken, in pm: one of its own, and a walk. */
export function lineOffsets(
  { lineOffsetPm, lineWalkPm }: Pick<Marks, "lineOffsetPm" | "lineWalkPm">,
  height: number,
  rng: { readonly own: Rng; readonly walk: Rng },
): Float64Array {
  let walked = 0;
  return Float64Array.from({ length: height }, () => {
    const own = lineOffsetPm * rng.own.normal();
    if (lineWalkPm > 0) walked += lineWalkPm * rng.walk.normal();
    return own + walked;
  });
}
