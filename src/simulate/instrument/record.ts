import type { Rng } from "../../core";
import type { Instrument } from "../instrument";
import { createLoop, type Loop } from "./feedback";
import { lineOffsets, scarsAndGlitches } from "./marks";
import { hum, pinkNoise, vibration } from "./noise";
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
    walker.line(line, row, offsets[line], trace, clean);
    if (back !== undefined) walker.line(line, row, offsets[line], back);
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
  readonly current?: Float64Array;
  readonly white: Rng;
  readonly slow: Rng;
  /** The wandering noise as it stands. */
  wander: number;
  /** In the order in which lines were taken. */
  readonly marks?: Float64Array;
  readonly bow: Float64Array;
}

function createTake(
  { pixels, nmPerPixel, instrument }: Recording,
  direction: 1 | -1,
  rng: Rng,
): Take {
  const own = direction === 1 ? rng : rng.fork("retrace");
  const slow = own.fork("wander");
  const marks = scarsAndGlitches(instrument, [pixels, pixels], nmPerPixel, own.fork("marks"));
  const wander = instrument.wanderPm * slow.normal();
  return {
    direction,
    heights: new Float64Array(pixels * pixels),
    ...(instrument.feedback ? { current: new Float64Array(pixels * pixels) } : {}),
    white: own.fork("noise"),
    slow,
    wander,
    ...(marks ? { marks } : {}),
    bow: bow(instrument.path, pixels, direction),
  };
}

interface Walker {
  /** Takes one line one way; `clean` gets what the tip followed. */
  line(line: number, row: number, offset: number, take: Take, clean?: Float64Array): void;
}

function createWalker(recording: Recording, rng: Rng): Walker {
  const { periods, pixels, nmPerPixel, instrument, currentDecay, retrace } = recording;
  const { lineSeconds, feedback, path, startSeconds } = instrument;
  const { noisePm, setpointPa, heightStepPm } = instrument;
  const dwell = lineSeconds / pixels;
  const [across, down] = instrument.tiltDegrees.map(
    (degrees) => Math.tan((degrees * Math.PI) / 180) * 1000 * nmPerPixel,
  );
  const sink = instrument.zDriftPmPerMinute / 60;
  const keep = Math.exp(-1 / memoryPixels);
  const fresh = Math.sqrt(1 - keep * keep) * instrument.wanderPm;
  const samplesPerLine = retrace ? 2 * pixels : pixels;
  const pink = pinkNoise(
    instrument.pinkPm,
    instrument.pinkExponent,
    samplesPerLine,
    rng.fork("pink"),
  );
  const shake = vibration(
    instrument.vibrationPm,
    instrument.vibrationHz,
    dwell,
    rng.fork("vibration"),
  );
  const mains = hum(instrument.mainsPm, instrument.mainsHz, dwell, rng.fork("mains"));
  let loop: Loop | undefined;
  let period = 0;
  // Noise of one line, each kind in one go, which takes less time than sample by sample.
  const [shaken, whites, wanders, pinks, hums] = [0, 1, 2, 3, 4].map(
    () => new Float64Array(pixels),
  );
  return {
    line(line, row, offset, take, clean) {
      const { direction, heights, current, white, slow, marks, bow } = take;
      const begin = 2 * line * lineSeconds + (direction === 1 ? 0 : lineSeconds);
      // Without the way back the loop finds its height before each line.
      if (!retrace) loop = undefined;
      shake(shaken);
      pink(pinks);
      mains(begin, hums);
      white.normals(whites);
      slow.normals(wanders);
      let { wander } = take;
      for (let n = 0; n < pixels; n++) wanders[n] = wander = keep * wander + fresh * wanders[n];
      take.wander = wander;
      const [fromX, fromY] = slide(path, startSeconds + begin);
      const [toX, toY] = slide(path, startSeconds + begin + lineSeconds);
      for (let n = 0; n < pixels; n++) {
        const column = direction === 1 ? n : pixels - 1 - n;
        const i = row * pixels + column;
        const seconds = begin + n * dwell;
        while (period + 1 < periods.length && seconds >= periods[period + 1].fromSeconds) period++;
        const share = n / pixels;
        const surface = sample(
          periods[period],
          column + bow[column] - (fromX + (toX - fromX) * share) / nmPerPixel,
          row - (fromY + (toY - fromY) * share) / nmPerPixel,
        );
        if (clean !== undefined) clean[i] = surface;
        const wanted =
          surface +
          column * across +
          row * down +
          shaken[n] +
          sink * seconds +
          periods[period].stepPm;
        let tip = wanted;
        if (feedback !== undefined) {
          loop ??= createLoop(feedback, dwell, wanted);
          tip = loop.step(wanted);
          if (current !== undefined) {
            current[i] = setpointPa * Math.exp(clipped(currentDecay * loop.state.seen));
          }
        }
        const noise = noisePm * whites[n] + wanders[n];
        let height = tip + offset + noise + pinks[n] + hums[n];
        if (marks !== undefined) height += marks[line * pixels + column];
        // In the steps of the digitiser.
        heights[i] = Math.round(height / heightStepPm) * heightStepPm;
      }
    },
  };
}

/** An amplifier saturates; assumed at some hundred times the setpoint. */
function clipped(exponent: number): number {
  return Math.min(5, Math.max(-20, exponent));
}

/** Height at a place between pixels, by a cubic through four of them each way; at a pixel exactly its own. */
function sample(period: TipPeriod, x: number, y: number): number {
  const { width, height, heights } = period;
  const column = x - period.left;
  const row = y - period.top;
  const c = Math.floor(column);
  const r = Math.floor(row);
  const u = column - c;
  const v = row - r;
  if (u === 0 && v === 0 && c >= 0 && r >= 0 && c < width && r < height) {
    return heights[r * width + c];
  }
  const [a0, a1, a2, a3] = [outer(1 + u), inner(u), inner(1 - u), outer(2 - u)];
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
  return sum;
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
