import { defined, checkNumber, checkOneOf, InputError, type Bounds, type Rng } from "../core";
import { drawFeedback, type Feedback, type FeedbackOptions } from "./instrument/feedback";
import { drawMarks, type MarkOptions, type Marks } from "./instrument/marks";
import { drawNoise, type Noise, type NoiseOptions } from "./instrument/noise";
import { drawPath, type Path, type PathOptions } from "./instrument/path";
import { checkRange, drawFrom, drawSigned, type Range } from "./ranges";

/**
 * What the microscope adds to the surface; each is drawn once for a scan. What is not named stays away, except for
 * tilt, white and wandering noise and line offsets.
 */
export interface InstrumentOptions extends PathOptions, FeedbackOptions, NoiseOptions, MarkOptions {
  /** Slope of the sample along each axis, in degrees. Measured scans lie between 0.02 and 2.8. @default [-0.5, 0.5] */
  readonly tiltDegrees?: Range;
  /** Time of a line, one way, in seconds; 0.05 to 0.65. @default [0.1, 0.4] */
  readonly lineSeconds?: Range;
  /** Drift of the height, in pm per minute, either way; 1 to 50. @default [0, 0] */
  readonly zDriftPmPerMinute?: Range;
  /** Current that the loop keeps, in pA; 20 to 1000. @default [50, 200] */
  readonly setpointPa?: Range;
  /** How often the tip changes in a scan, on average; 0 to 3. @default 0 */
  readonly tipChanges?: number;
  /** Share of the lines that were taken before somebody stopped the scan. @default [1, 1] */
  readonly finished?: Range;
  /** From the top down, or from the bottom up. @default "down" */
  readonly scanDirection?: "up" | "down";
  /** Seconds since drift and creep began; the second scan of a pair begins when the first has ended. @default 0 */
  readonly startSeconds?: number;
  /** Step of the digitised height in pm: 20 bits over 100 nm, assumed. @default 0.1 */
  readonly heightStepPm?: number;
}

/** What was drawn for one scan; units as in the options. */
export interface Instrument extends Noise, Marks {
  readonly tiltDegrees: readonly [x: number, y: number];
  readonly path: Path;
  readonly feedback?: Feedback;
  readonly lineSeconds: number;
  readonly zDriftPmPerMinute: number;
  readonly setpointPa: number;
  readonly finished: number;
  readonly scanDirection: "up" | "down";
  readonly startSeconds: number;
  readonly heightStepPm: number;
}

/** Options with every default filled in; a loop is there only if it is asked for. */
export type InstrumentSettings = Required<Omit<InstrumentOptions, "feedbackHz">> &
  Pick<InstrumentOptions, "feedbackHz">;

/** Step of the digitised height in pm, where nothing else is said. */
export const heightStepPm = 0.1;

const off: Range = [0, 0];
const pm = { min: 0, max: 1000 };

/** Every range: its default and its bounds. */
const ranges = {
  tiltDegrees: [[-0.5, 0.5], { min: -20, max: 20 }],
  noisePm: [[4, 14], pm],
  wanderPm: [[3, 12], pm],
  lineOffsetPm: [[3, 20], pm],
  lineWalkPm: [off, pm],
  pinkPm: [off, pm],
  pinkExponent: [[0.8, 1.4], { min: 0, max: 3 }],
  mainsPm: [off, pm],
  vibrationPm: [off, pm],
  vibrationHz: [[5, 30], { min: 0.1, max: 1000 }],
  driftNmPerMinute: [off, { min: 0, max: 10 }],
  settleNm: [off, { min: 0, max: 20 }],
  settleMinutes: [[2, 20], { min: 0.01, max: 1000 }],
  creepPercent: [off, { min: 0, max: 10 }],
  moveNm: [[-100, 100], { min: -1000, max: 1000 }],
  hysteresisPercent: [off, { min: 0, max: 15 }],
  lineSeconds: [[0.1, 0.4], { min: 0.001, max: 60 }],
  zDriftPmPerMinute: [off, { min: 0, max: 1000 }],
  setpointPa: [[50, 200], { min: 0.1, max: 1e5 }],
  proportional: [[0, 0.3], { min: 0, max: 0.9 }],
  amplifierHz: [[3000, 8000], { min: 100, max: 1e6 }],
  scars: [off, { min: 0, max: 50 }],
  scarPm: [[10, 300], { min: 0.1, max: 10_000 }],
  glitches: [off, { min: 0, max: 500 }],
  finished: [[1, 1], { min: 0, max: 1 }],
} as const satisfies Partial<Record<keyof InstrumentOptions, readonly [Range, Bounds]>>;

type RangeName = keyof typeof ranges;

/** Checks the options of an instrument. @throws InputError if one is out of range */
export function checkInstrument(options: InstrumentOptions): InstrumentSettings {
  const checked = Object.fromEntries(
    (Object.keys(ranges) as RangeName[]).map((name) => {
      const [usual, bounds] = ranges[name];
      return [name, checkRange(name, options[name] ?? usual, bounds)];
    }),
  ) as Record<RangeName, Range>;
  const { feedbackHz, scanDirection = "down", mainsHz = 50 } = options;
  if (mainsHz !== 50 && mainsHz !== 60) {
    throw new InputError({
      got: `mainsHz ${String(mainsHz)}`,
      expected: "50 or 60",
      todo: "Give the frequency of the mains where the microscope stands.",
    });
  }
  return {
    ...checked,
    ...(feedbackHz === undefined ? {} : { feedbackHz: checkRange("feedbackHz", feedbackHz, { min: 1, max: 1e5 }) }), // prettier-ignore
    mainsHz,
    tipChanges: checkNumber("tipChanges", options.tipChanges ?? 0, { min: 0, max: 20 }),
    scanDirection: checkOneOf("scanDirection", scanDirection, ["up", "down"]),
    startSeconds: checkNumber("startSeconds", options.startSeconds ?? 0, { min: 0, max: 1e5 }),
    heightStepPm: checkNumber("heightStepPm", options.heightStepPm ?? heightStepPm, { min: 1e-6, max: 1000 }), // prettier-ignore
  };
}

/** Draws the instrument of one scan. */
export function drawInstrument(options: InstrumentSettings, rng: Rng): Instrument {
  // These five draws came first; the others have forks of their own, so that they move none of these.
  const first = {
    tiltDegrees: [drawFrom(rng, options.tiltDegrees), drawFrom(rng, options.tiltDegrees)] as const,
    noisePm: drawFrom(rng, options.noisePm),
    wanderPm: drawFrom(rng, options.wanderPm),
    lineOffsetPm: drawFrom(rng, options.lineOffsetPm),
  };
  const others = rng.fork("others");
  const feedback = drawFeedback(options, rng.fork("feedback"));
  return {
    ...first,
    ...drawNoise(options, rng.fork("noise")),
    ...drawMarks(options, rng.fork("marks")),
    path: drawPath(options, rng.fork("path")),
    ...defined({ feedback }),
    lineSeconds: drawFrom(others, options.lineSeconds),
    zDriftPmPerMinute: drawSigned(others, options.zDriftPmPerMinute),
    setpointPa: drawFrom(others, options.setpointPa),
    finished: drawFrom(others, options.finished),
    scanDirection: options.scanDirection,
    startSeconds: options.startSeconds,
    heightStepPm: options.heightStepPm,
  };
}
