import type { Rng } from "../../core";
import type { Instrument } from "../instrument";
import { createLoop, follow, type Loop } from "./feedback";
import { lineOffsets, scarsAndGlitches } from "./marks";
import { hum, pinkNoise, vibration, type Hum, type NoiseSource } from "./noise";
import { bow, slide } from "./path";

/** What one state of the tip would follow: heights in pm over whole pixels, some beyond the scan. */
export interface TipPeriod {
  /** When this state begins, in seconds since the scan began. */
  readonly fromSeconds: number;
  /** By how much the tip became longer or shorter, in pm. */
  readonly stepPm: number;
  /** Pixel of the scan at the top left of `heights`. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly heights: Float64Array;
}

/** What an instrument works on. */
export interface Recording {
  /** In the order of time, the first from second 0. */
  readonly periods: readonly TipPeriod[];
  /** Edge of the scan in pixels. */
  readonly pixels: number;
  readonly nmPerPixel: number;
  readonly instrument: Instrument;
  /** How fast current decays with distance, 2 kappa, per pm. */
  readonly currentDecay: number;
  /** Whether the way back is recorded too. */
  readonly retrace: boolean;
}

/** Images of a scan, row-major, the top row first. */
export interface Recorded {
  /** Heights along the way of the trace without anything the instrument adds, pm. */
  readonly clean: Float64Array;
  /** Heights as recorded, pm. */
  readonly trace: Float64Array;
  readonly retrace?: Float64Array;
  /** Current as recorded, in pA, where a loop keeps it. */
  readonly traceCurrent?: Float64Array;
  readonly retraceCurrent?: Float64Array;
  readonly completedRows: number;
}

/** Pixels after which noise that wanders has forgotten 63 % of itself; assumed. */
const memoryPixels = 6;

/** What such noise keeps of itself from pixel to pixel, and what is fresh. */
const keptShare = Math.exp(-1 / memoryPixels);
const freshShare = Math.sqrt(1 - keptShare * keptShare);

/**
 * Records a scan pixel by pixel in the order of time: where the tip is, what it follows, how the loop lags, what noise
 * adds, and the digits that are kept. Rows that were never taken are NaN.
 */
export function record(recording: Recording, rng: Rng): Recorded {
  const { pixels, instrument, retrace } = recording;
  const clean = new Float64Array(pixels * pixels);
  const trace = createTake(recording, 1, rng);
  const back = retrace ? createTake(recording, -1, rng) : undefined;
  const walker = createWalker(recording, rng);
  const offsets = lineOffsets(instrument, pixels, { own: rng.fork("lines"), walk: rng.fork("walk") }); // prettier-ignore
  const taken = Math.max(1, Math.ceil(instrument.finished * pixels));
  for (let line = 0; line < taken; line++) {
    const row = instrument.scanDirection === "up" ? pixels - 1 - line : line;
    takeLine(walker, trace, line, row, offsets[line], clean);
    if (back !== undefined) takeLine(walker, back, line, row, offsets[line]);
  }
  const from = instrument.scanDirection === "up" ? 0 : taken * pixels;
  for (const take of [clean, trace.heights, trace.current, back?.heights, back?.current]) {
    take?.fill(NaN, from, from + (pixels - taken) * pixels);
  }
  return {
    clean,
    trace: trace.heights,
    ...(trace.current ? { traceCurrent: trace.current } : {}),
    ...(back ? { retrace: back.heights } : {}),
    ...(back?.current ? { retraceCurrent: back.current } : {}),
    completedRows: taken,
  };
}

/** One way over all lines: its images, and the noise that each way has of its own. */
interface Take {
  readonly direction: 1 | -1;
  readonly heights: Float64Array;
  readonly current: Float64Array | undefined;
  readonly white: Rng;
  readonly slow: Rng;
  /** The wandering noise as it stands. */
  wander: number;
  /** In the order in which lines were taken. */
  readonly marks: Float64Array | undefined;
  readonly bow: Float64Array;
}

function createTake(
  { pixels, nmPerPixel, instrument }: Recording,
  direction: 1 | -1,
  rng: Rng,
): Take {
  const own = direction === 1 ? rng : rng.fork("retrace");
  const slow = own.fork("wander");
  return {
    direction,
    heights: new Float64Array(pixels * pixels),
    current: instrument.feedback ? new Float64Array(pixels * pixels) : undefined,
    white: own.fork("noise"),
    slow,
    wander: instrument.wanderPm * slow.normal(),
    marks: scarsAndGlitches(instrument, [pixels, pixels], nmPerPixel, own.fork("marks")),
    bow: bow(instrument.path, pixels, direction),
  };
}

/** What goes from line to line, whichever way it is taken, and room for what one line needs. */
interface Walker {
  readonly recording: Recording;
  readonly shake: NoiseSource;
  readonly pink: NoiseSource;
  readonly mains: Hum;
  /** By how much the sample rises from pixel to pixel, pm. */
  readonly across: number;
  readonly down: number;
  loop: Loop | undefined;
  /** Index of the tip's state. */
  period: number;
  /** Samples of noise, pm. */
  readonly shaken: Float64Array;
  readonly whites: Float64Array;
  readonly wanders: Float64Array;
  readonly pinks: Float64Array;
  readonly hums: Float64Array;
  /** Where the tip is in pixels of the sample, how high, and what the amplifier sees of its error. */
  readonly columns: Float64Array;
  readonly rows: Float64Array;
  readonly tips: Float64Array;
  readonly seen: Float64Array;
}

function createWalker(recording: Recording, rng: Rng): Walker {
  const { pixels, nmPerPixel, instrument, retrace } = recording;
  const { pinkPm, pinkExponent, vibrationPm, vibrationHz, mainsPm, mainsHz } = instrument;
  const dwell = instrument.lineSeconds / pixels;
  const samplesPerLine = retrace ? 2 * pixels : pixels;
  const line = (): Float64Array => new Float64Array(pixels);
  const [across, down] = instrument.tiltDegrees.map(
    (degrees) => Math.tan((degrees * Math.PI) / 180) * 1000 * nmPerPixel,
  );
  return {
    recording,
    shake: vibration(vibrationPm, vibrationHz, dwell, rng.fork("vibration")),
    pink: pinkNoise(pinkPm, pinkExponent, samplesPerLine, rng.fork("pink")),
    mains: hum(mainsPm, mainsHz, dwell, rng.fork("mains")),
    across,
    down,
    loop: undefined,
    period: 0,
    shaken: line(),
    whites: line(),
    wanders: line(),
    pinks: line(),
    hums: line(),
    columns: line(),
    rows: line(),
    tips: line(),
    seen: line(),
  };
}

/** Takes one line one way, step by step over all its samples; `clean` gets what the tip followed. */
function takeLine(
  walker: Walker,
  take: Take,
  line: number,
  row: number,
  offset: number,
  clean?: Float64Array,
): void {
  const { shaken, whites, wanders, pinks, hums, tips, seen } = walker;
  const { pixels, instrument, retrace } = walker.recording;
  const { lineSeconds, feedback } = instrument;
  const begin = 2 * line * lineSeconds + (take.direction === 1 ? 0 : lineSeconds);
  walker.shake(shaken);
  walker.pink(pinks);
  walker.mains(begin, hums);
  take.white.normals(whites);
  take.slow.normals(wanders);
  take.wander = wander(wanders, take.wander, instrument.wanderPm);
  findPlaces(walker, take, row, begin);
  for (let from = 0; from < pixels;) from = feel(walker, take, row, begin, from, clean);
  if (feedback !== undefined) {
    // Without the way back the loop finds its height before each line.
    if (!retrace || walker.loop === undefined) walker.loop = createLoop(feedback, lineSeconds / pixels, tips[0]); // prettier-ignore
    follow(walker.loop, tips, seen);
  }
  keep(walker, take, line, row, offset);
}

/** White noise -> noise that lasts some pixels, in its place, and where it stands after them. */
function wander(samples: Float64Array, before: number, pm: number): number {
  const fresh = freshShare * pm;
  let now = before;
  for (let n = 0; n < samples.length; n++) samples[n] = now = keptShare * now + fresh * samples[n];
  return now;
}

/** Where the tip comes over the sample. */
function findPlaces(
  { columns, rows, recording }: Walker,
  { direction, bow }: Take,
  row: number,
  begin: number,
): void {
  const { pixels, nmPerPixel, instrument } = recording;
  const { path, startSeconds, lineSeconds } = instrument;
  const [fromX, fromY] = slide(path, startSeconds + begin);
  const [toX, toY] = slide(path, startSeconds + begin + lineSeconds);
  const last = pixels - 1;
  for (let n = 0; n < pixels; n++) {
    const column = direction === 1 ? n : last - n;
    const share = n / pixels;
    columns[n] = column + bow[column] - (fromX + (toX - fromX) * share) / nmPerPixel;
    rows[n] = row - (fromY + (toY - fromY) * share) / nmPerPixel;
  }
}

/** What the tip would follow from a sample on until its state changes -> the sample at which it does, or the line ends. */
function feel(
  walker: Walker,
  { direction }: Take,
  row: number,
  begin: number,
  from: number,
  clean?: Float64Array,
): number {
  const { columns, rows, tips, shaken, across, down, recording } = walker;
  const { periods, pixels, instrument } = recording;
  const dwell = instrument.lineSeconds / pixels;
  const startOf = (n: number): number => (n < periods.length ? periods[n].fromSeconds : Infinity);
  while (begin + from * dwell >= startOf(walker.period + 1)) walker.period++;
  const until = startOf(walker.period + 1);
  let to = from + 1;
  while (to < pixels && begin + to * dwell < until) to++;
  const period = periods[walker.period];
  sample(period, columns, rows, tips, from, to);
  const sink = instrument.zDriftPmPerMinute / 60;
  const { stepPm } = period;
  for (let n = from; n < to; n++) {
    const column = direction === 1 ? n : pixels - 1 - n;
    const surface = tips[n];
    if (clean !== undefined) clean[row * pixels + column] = surface;
    tips[n] =
      surface + column * across + row * down + shaken[n] + sink * (begin + n * dwell) + stepPm;
  }
  return to;
}

/** Keeps what was recorded of a line. */
function keep(
  { tips, seen, whites, wanders, pinks, hums, recording }: Walker,
  { direction, heights, current, marks }: Take,
  line: number,
  row: number,
  offset: number,
): void {
  const { pixels, currentDecay } = recording;
  const { noisePm, setpointPa, heightStepPm } = recording.instrument;
  for (let n = 0; n < pixels; n++) {
    const column = direction === 1 ? n : pixels - 1 - n;
    const noise = noisePm * whites[n] + wanders[n];
    let height = tips[n] + offset + noise + pinks[n] + hums[n];
    if (marks !== undefined) height += marks[line * pixels + column];
    // In the steps of the digitiser.
    heights[row * pixels + column] = Math.round(height / heightStepPm) * heightStepPm;
  }
  if (current === undefined) return;
  for (let n = 0; n < pixels; n++) {
    const column = direction === 1 ? n : pixels - 1 - n;
    current[row * pixels + column] = setpointPa * Math.exp(clipped(currentDecay * seen[n]));
  }
}

/** An amplifier saturates; assumed at some hundred times the setpoint. */
function clipped(exponent: number): number {
  return Math.min(5, Math.max(-20, exponent));
}

/** Heights at places between pixels, by a cubic through four of them each way; at a pixel exactly its own. */
function sample(
  { left, top, width, height, heights }: TipPeriod,
  columns: Float64Array,
  rows: Float64Array,
  found: Float64Array,
  from: number,
  to: number,
): void {
  for (let n = from; n < to; n++) {
    const column = columns[n] - left;
    const row = rows[n] - top;
    const c = Math.floor(column);
    const r = Math.floor(row);
    const u = column - c;
    const v = row - r;
    if (u === 0 && v === 0 && c >= 0 && r >= 0 && c < width && r < height) {
      found[n] = heights[r * width + c];
      continue;
    }
    const a0 = outer(1 + u);
    const a1 = inner(u);
    const a2 = inner(1 - u);
    const a3 = outer(2 - u);
    // At the edge the nearest pixel stands for those beyond it.
    const inside = c > 0 && r > 0 && c + 2 < width && r + 2 < height;
    const before = inside ? c - 1 : within(c - 1, width);
    const here = inside ? c : within(c, width);
    const after = inside ? c + 1 : within(c + 1, width);
    const next = inside ? c + 2 : within(c + 2, width);
    let sum = 0;
    for (let k = -1; k <= 2; k++) {
      const at = (inside ? r + k : within(r + k, height)) * width;
      const across =
        a0 * heights[at + before] +
        a1 * heights[at + here] +
        a2 * heights[at + after] +
        a3 * heights[at + next];
      const away = Math.abs(k - v);
      sum += (away < 1 ? inner(away) : outer(away)) * across;
    }
    found[n] = sum;
  }
}

/** The nearest of 0 to count - 1. */
function within(n: number, count: number): number {
  return Math.min(count - 1, Math.max(0, n));
}

/** Weight of a neighbour at a distance up to 1. @see Keys 1981, IEEE Trans. ASSP 29, 1153 */
function inner(d: number): number {
  return (1.5 * d - 2.5) * d * d + 1;
}

/** The same from 1 to 2. */
function outer(d: number): number {
  return ((-0.5 * d + 2.5) * d - 4) * d + 2;
}
