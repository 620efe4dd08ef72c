import type { Rng } from "../../core";
import { drawFrom, type Range } from "../ranges";

/** Noise in time, in pm; each is drawn once for a scan. */
export interface NoiseOptions {
  /** Standard deviation of white noise. Quiet instruments have 1 to 5; a noisy one, assumed. @default [4, 14] */
  readonly noisePm?: Range;
  /** Standard deviation of noise that lasts some pixels; assumed. @default [3, 12] */
  readonly wanderPm?: Range;
  /** Standard deviation of 1/f noise in each octave around one line. @default [0, 0] */
  readonly pinkPm?: Range;
  /** Its exponent; 0.8 to 1.4. @default [0.8, 1.4] */
  readonly pinkExponent?: Range;
  /** Amplitude of the hum of the mains, with 30 and 15 % of second and third harmonic; 0.5 to 15. @default [0, 0] */
  readonly mainsPm?: Range;
  /** Frequency of the mains. @default 50 */
  readonly mainsHz?: 50 | 60;
  /** Standard deviation of vibrations of the building. @default [0, 0] */
  readonly vibrationPm?: Range;
  /** Their frequency; 5 to 30. @default [5, 30] */
  readonly vibrationHz?: Range;
}

/** What was drawn for one scan; units as in the options. */
export interface Noise {
  readonly noisePm: number;
  readonly wanderPm: number;
  readonly pinkPm: number;
  readonly pinkExponent: number;
  readonly mainsPm: number;
  readonly mainsHz: number;
  readonly vibrationPm: number;
  readonly vibrationHz: number;
}

/** Draws the noise of one scan beyond the white and the wandering one. */
export function drawNoise(
  options: Required<NoiseOptions>,
  rng: Rng,
): Omit<Noise, "noisePm" | "wanderPm"> {
  return {
    pinkPm: drawFrom(rng, options.pinkPm),
    pinkExponent: drawFrom(rng, options.pinkExponent),
    mainsPm: drawFrom(rng, options.mainsPm),
    mainsHz: options.mainsHz,
    vibrationPm: drawFrom(rng, options.vibrationPm),
    vibrationHz: drawFrom(rng, options.vibrationHz),
  };
}

/** A source of noise: fills an array with the next samples in time. */
export type NoiseSource = (samples: Float64Array) => void;

/** The source that is switched off. */
const silence: NoiseSource = (samples) => void samples.fill(0);

/** Samples over which the slowest octave of 1/f noise stays the same, as a power of two: below it, drift takes over. */
const octaves = 18;

/**
 * 1/f^exponent noise: one random number for each octave of frequency, which is drawn anew every 2^k samples.
 * @param line samples in one line, where each octave has standard deviation `pm`
 * @see Voss & Clarke 1978, J. Acoust. Soc. Am. 63, 258, for the sum over octaves
 */
export function pinkNoise(pm: number, exponent: number, line: number, rng: Rng): NoiseSource {
  if (pm === 0) return silence;
  // Power over an octave grows as f^(1 - exponent), so the deviation as the root of it.
  const share = Float64Array.from(
    { length: octaves },
    // Not a power, which differs in its last digit between versions of Node.
    (_, k) => pm * Math.exp(Math.log(2 ** k / line) * ((exponent - 1) / 2)),
  );
  const held = share.map((deviation) => deviation * rng.normal());
  const state: Octaves = {
    share,
    held,
    sum: held.reduce((total, value) => total + value, 0),
    sample: 0,
  };
  return (samples) => {
    rng.normals(samples);
    addUp(state, samples);
  };
}

/** Octaves of noise as they stand. */
interface Octaves {
  /** Standard deviation of each. */
  readonly share: Float64Array;
  /** What each is now, and their sum. */
  readonly held: Float64Array;
  sum: number;
  /** How many samples there were. */
  sample: number;
}

/** Normal deviates -> samples of the sum of octaves, in their place. */
function addUp(state: Octaves, samples: Float64Array): void {
  const { share, held } = state;
  let { sum, sample } = state;
  for (let i = 0; i < samples.length; i++) {
    sample++;
    // Of the octaves exactly one is drawn anew: the one that the count of trailing zeros names.
    const k = Math.min(octaves - 1, 31 - Math.clz32(sample & -sample));
    const fresh = share[k] * samples[i];
    sum += fresh - held[k];
    held[k] = fresh;
    samples[i] = sum;
  }
  state.sum = sum;
  state.sample = sample;
}

/** A resonance some times as narrow as its frequency; assumed. */
const quality = 15;

/** Noise of a building: a resonance that noise drives. @param seconds time of one sample */
export function vibration(pm: number, hertz: number, seconds: number, rng: Rng): NoiseSource {
  if (pm === 0) return silence;
  // Far from a line's time the walls are too slow to show; step in blocks, since a sample is much shorter than a period.
  const block = Math.max(1, Math.floor(1 / (40 * hertz * seconds)));
  const angle = 2 * Math.PI * hertz * seconds * block;
  const decay = Math.exp(-angle / (2 * quality));
  const [first, second] = [2 * decay * Math.cos(angle), -decay * decay];
  // Deviation of the stationary process for unit drive.
  const gain = pm * Math.sqrt(((1 + second) * ((1 - second) ** 2 - first ** 2)) / (1 - second));
  const drive = new Float64Array(64);
  const state: Resonance = { first, second, gain, before: 0, last: 0, drive, used: drive.length, rng }; // prettier-ignore
  // From rest it needs some widths to reach its strength.
  for (let i = 0; i < 10 * quality * 40; i++) swing(state);
  const line: Straight = { block, from: state.last, to: swing(state), at: 0 };
  return (samples) => join(line, state, samples);
}

/** A resonance as it swings. */
interface Resonance {
  /** What the next value has of the last one, of the one before, and of what drives it. */
  readonly first: number;
  readonly second: number;
  readonly gain: number;
  last: number;
  before: number;
  /** Normal deviates at hand, and how many of them are used. */
  readonly drive: Float64Array;
  used: number;
  readonly rng: Rng;
}

/** The next value of a resonance. */
function swing(state: Resonance): number {
  const { first, second, gain, last, before, drive } = state;
  if (state.used === drive.length) {
    state.rng.normals(drive);
    state.used = 0;
  }
  const value = first * last + second * before + gain * drive[state.used++];
  state.before = last;
  state.last = value;
  return value;
}

/** The straight line of `block` samples between two values. */
interface Straight {
  readonly block: number;
  from: number;
  to: number;
  /** The sample that comes next. */
  at: number;
}

/** Samples of straight lines from one value of a resonance to the next. */
function join(line: Straight, state: Resonance, samples: Float64Array): void {
  const { block } = line;
  let { from, to, at } = line;
  for (let i = 0; i < samples.length; i++) {
    if (at === block) {
      from = to;
      to = swing(state);
      at = 0;
    }
    samples[i] = from + ((to - from) * at++) / block;
  }
  line.from = from;
  line.to = to;
  line.at = at;
}

/** Shares of the harmonics of the mains. */
const harmonics = [1, 0.3, 0.15];

/** The hum: fills an array with its samples from a time in seconds on. */
export type Hum = (seconds: number, samples: Float64Array) => void;

/** The hum with phases drawn once. @param dwell seconds of a sample */
export function hum(pm: number, hertz: number, dwell: number, rng: Rng): Hum {
  if (pm === 0) return (_, samples) => void samples.fill(0);
  const waves = harmonics.map((share, k) => {
    const perSecond = 2 * Math.PI * hertz * (k + 1);
    return {
      height: pm * share,
      phase: rng.between(0, 2 * Math.PI),
      perSecond,
      cos: Math.cos(perSecond * dwell),
      sin: Math.sin(perSecond * dwell),
    };
  });
  return (seconds, samples) => {
    samples.fill(0);
    for (const { height, phase, perSecond, cos, sin } of waves) {
      const angle = perSecond * seconds + phase;
      let x = height * Math.cos(angle);
      let y = height * Math.sin(angle);
      for (let i = 0; i < samples.length; i++) {
        samples[i] += y;
        // Turning a pointer on is many times faster than a sine.
        const before = x;
        x = before * cos - y * sin;
        y = before * sin + y * cos;
      }
    }
  };
}
