import type { Rng } from "../core";
import { checkRange, drawFrom, type Range } from "./ranges";

/** What the microscope adds to the surface; each is drawn once for a scan. */
export interface InstrumentOptions {
  /** Slope of the sample along each axis, in degrees. Measured scans lie between 0.02 and 2.8. @default [-0.5, 0.5] */
  readonly tiltDegrees?: Range;
  /** Standard deviation of white noise, in pm. Quiet instruments have 1 to 5; a noisy one, assumed. @default [4, 14] */
  readonly noisePm?: Range;
  /** Standard deviation of noise that lasts some pixels, in pm; assumed. @default [3, 12] */
  readonly wanderPm?: Range;
  /** Standard deviation of the offset of one line against the others, in pm; 5 to 30 are usual. @default [3, 20] */
  readonly lineOffsetPm?: Range;
}

/** What was drawn for one scan; units as in the options. */
export interface Instrument {
  readonly tiltDegrees: readonly [x: number, y: number];
  readonly noisePm: number;
  readonly wanderPm: number;
  readonly lineOffsetPm: number;
}

/** Pixels after which noise that wanders has forgotten 63 % of itself; assumed. */
const memoryPixels = 6;

/** Step of the digitised height in pm: 20 bits over 100 nm, assumed. */
export const heightStepPm = 0.1;

/** Checks the options of an instrument. @throws InputError if one is out of range */
export function checkInstrument(options: InstrumentOptions): Required<InstrumentOptions> {
  const noise = { min: 0, max: 1000 };
  return {
    tiltDegrees: checkRange("tiltDegrees", options.tiltDegrees ?? [-0.5, 0.5], { min: -20, max: 20 }), // prettier-ignore
    noisePm: checkRange("noisePm", options.noisePm ?? [4, 14], noise),
    wanderPm: checkRange("wanderPm", options.wanderPm ?? [3, 12], noise),
    lineOffsetPm: checkRange("lineOffsetPm", options.lineOffsetPm ?? [3, 20], noise),
  };
}

/** Draws the instrument of one scan. */
export function drawInstrument(options: Required<InstrumentOptions>, rng: Rng): Instrument {
  return {
    tiltDegrees: [drawFrom(rng, options.tiltDegrees), drawFrom(rng, options.tiltDegrees)],
    noisePm: drawFrom(rng, options.noisePm),
    wanderPm: drawFrom(rng, options.wanderPm),
    lineOffsetPm: drawFrom(rng, options.lineOffsetPm),
  };
}

/** Heights as the instrument records them, line by line, digitised. Heights and result in pm, row-major. */
export function observe(
  heights: Float64Array,
  width: number,
  pmPerPixel: number,
  instrument: Instrument,
  rng: Rng,
): Float64Array {
  const slopes = instrument.tiltDegrees.map((degrees) => Math.tan((degrees * Math.PI) / 180));
  const [across, down] = slopes.map((slope) => slope * pmPerPixel);
  const [white, slow, lines] = [rng.fork("noise"), rng.fork("wander"), rng.fork("lines")];
  const keep = Math.exp(-1 / memoryPixels);
  const fresh = Math.sqrt(1 - keep * keep) * instrument.wanderPm;
  const observed = new Float64Array(heights.length);
  let wander = instrument.wanderPm * slow.normal();
  for (let row = 0, i = 0; i < heights.length; row++) {
    const offset = instrument.lineOffsetPm * lines.normal() + row * down;
    for (let column = 0; column < width; column++, i++) {
      wander = keep * wander + fresh * slow.normal();
      const noise = instrument.noisePm * white.normal() + wander;
      const value = heights[i] + offset + column * across + noise;
      observed[i] = Math.round(value / heightStepPm) * heightStepPm;
    }
  }
  return observed;
}
