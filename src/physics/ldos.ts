import { checkNumber, InputError } from "../core";
import { savitzkyGolay, savitzkyGolayWeights } from "./savitzkyGolay";

/** A curve of current against voltage, evenly spaced. */
export interface CurrentCurve {
  /** Volts, rising or falling evenly. */
  readonly volts: ArrayLike<number>;
  /** Amperes. */
  readonly amperes: ArrayLike<number>;
  /** dI/dV of a lock-in at the same voltages, in any unit: brought to the numeric derivative's scale. */
  readonly lockIn?: ArrayLike<number>;
}

/** How the density of states is made of a curve. */
export interface LdosOptions {
  /** Points of the derivative's window, odd. @default 7 */
  readonly window?: number;
  /** Degree of its polynomial. @default 2 */
  readonly degree?: number;
  /** Volts over which I/V is broadened, which keeps a gap finite; about the gap's width. @default 0, no broadening */
  readonly broadenVolts?: number;
  /** Kelvin, for the error of edges. @default 300 */
  readonly kelvin?: number;
  /** Volts, root mean square, of a lock-in's modulation, for the error of edges. @default 0 */
  readonly modulationVolts?: number;
}

/** Where the density of states rises. */
export interface Onset {
  /** Volts where the line through the flank of dI/dV meets the floor of the gap; NaN where nothing rises, or there is no gap. */
  readonly volts: number;
  /** One deviation from temperature and modulation: sqrt((3.3 kT)^2 + (2.5 V_mod)^2). */
  readonly errorVolts: number;
}

/** The local density of states, as far as a curve tells it. */
export interface Ldos {
  /** Rising. */
  readonly volts: Float64Array;
  /** dI/dV in siemens. */
  readonly conductance: Float64Array;
  /** One deviation of `conductance`, from what the window's polynomial leaves. */
  readonly conductanceError: number;
  /** (dI/dV) / (I/V), without unit; 1 at 0 V by construction, which tells no metal. */
  readonly normalised: Float64Array;
  readonly below: Onset;
  readonly above: Onset;
  /** Volts between both onsets; NaN where one is missing. */
  readonly gapVolts: number;
  readonly gapErrorVolts: number;
}

/** Boltzmann's constant in eV for each kelvin. @see CODATA 2018 */
const boltzmann = 8.617333262e-5;

/**
 * Density of states from a curve: derivative by a moving polynomial, or a lock-in brought to its scale, divided by I/V. At constant current the height holds
 * part of it: compare curves of one set-point only, each beside one on the clean surface near by.
 * @throws InputError if the voltages are not evenly spaced, or the curve is shorter than the window
 * @see Feenstra, Stroscio & Fein 1987, Surf. Sci. 181, 295, for normalisation
 */
export function ldos(curve: CurrentCurve, options: LdosOptions = {}): Ldos {
  const { window = 7, degree = 2, broadenVolts = 0, kelvin = 300, modulationVolts = 0 } = options;
  checkNumber("broadenVolts", broadenVolts, { min: 0 });
  checkNumber("kelvin", kelvin, { min: 0 });
  const { volts, amperes, lockIn } = rising(curve);
  const step = (volts[volts.length - 1] - volts[0]) / (volts.length - 1);
  const numeric = savitzkyGolay(amperes, { window, degree, derivative: 1 }).map((d) => d / step);
  const conductance = lockIn === undefined ? numeric : rescaled(lockIn, numeric);
  const ratio = currentOverVoltage(volts, amperes, numeric, step);
  const ground = broadenVolts === 0 ? ratio : broadened(ratio, broadenVolts / step);
  const errorVolts = Math.hypot(3.3 * boltzmann * kelvin, 2.5 * modulationVolts);
  const smooth = savitzkyGolay(amperes, { window, degree });
  const noise = Math.sqrt(
    amperes.reduce((sum, value, i) => sum + (value - smooth[i]) ** 2, 0) / amperes.length,
  );
  const weights = savitzkyGolayWeights({ window, degree, derivative: 1 });
  const gain = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  const conductanceError = (gain * noise) / step;
  const onset = (sign: 1 | -1): Onset => ({
    volts: onsetOf(volts, conductance, sign, conductanceError),
    errorVolts,
  });
  const [below, above] = [onset(-1), onset(1)];
  return {
    volts,
    conductance,
    conductanceError,
    normalised: conductance.map((value, i) => value / ground[i]),
    below,
    above,
    gapVolts: above.volts - below.volts,
    gapErrorVolts: Math.SQRT2 * errorVolts,
  };
}

interface Rising {
  readonly volts: Float64Array;
  readonly amperes: Float64Array;
  readonly lockIn?: Float64Array;
}

function rising({ volts, amperes, lockIn }: CurrentCurve): Rising {
  const n = volts.length;
  if (n < 5 || amperes.length !== n || (lockIn !== undefined && lockIn.length !== n)) {
    throw new InputError({
      got: `${n} voltages, ${amperes.length} currents`,
      expected: "as many currents as voltages, at least five",
      todo: "Check where the curve comes from.",
    });
  }
  const step = (volts[n - 1] - volts[0]) / (n - 1);
  const uneven = Array.from(volts).findIndex((v, i) => !(Math.abs(v - volts[0] - i * step) <= 0.05 * Math.abs(step))); // prettier-ignore
  if (step === 0 || uneven >= 0) {
    throw new InputError({
      got: `a voltage of ${volts[Math.max(0, uneven)]} V at point ${Math.max(0, uneven) + 1}`,
      expected: "voltages that rise or fall evenly",
      todo: "Resample the curve, or take one sweep of it.",
    });
  }
  const ordered = (values: ArrayLike<number>): Float64Array => {
    const list = Float64Array.from(values);
    return step > 0 ? list : list.reverse();
  };
  return {
    volts: ordered(volts),
    amperes: ordered(amperes),
    ...(lockIn === undefined ? {} : { lockIn: ordered(lockIn) }),
  };
}

/** A lock-in's values on the scale of the derivative, by least squares through zero. */
function rescaled(lockIn: Float64Array, numeric: Float64Array): Float64Array {
  let [cross, own] = [0, 0];
  lockIn.forEach((value, i) => {
    cross += value * numeric[i];
    own += value * value;
  });
  return lockIn.map((value) => (value * cross) / (own || 1));
}

/** I/V; within one and a half steps of 0 V the derivative, which is its limit. */
function currentOverVoltage(
  volts: Float64Array,
  amperes: Float64Array,
  derivative: Float64Array,
  step: number,
): Float64Array {
  return amperes.map((value, i) =>
    Math.abs(volts[i]) < 0.75 * step ? derivative[i] : value / volts[i],
  );
}

/** A weighted mean that falls off exponentially over so many points. */
function broadened(values: Float64Array, points: number): Float64Array {
  return values.map((_, i) => {
    let [sum, weights] = [0, 0];
    for (let k = 0; k < values.length; k++) {
      const weight = Math.exp(-Math.abs(k - i) / points);
      sum += weight * values[k];
      weights += weight;
    }
    return sum / weights;
  });
}

/** Around 0 V a gap has at most this share of the conductance that rises beside it; ours. */
const mostFloor = 0.25;

/**
 * Where the line through the flank of dI/dV meets the floor of the gap: the first run, outwards from the gap, where it goes from a third to nine tenths of
 * what it reaches within the next third of the side. More stable than where it leaves the noise, which moves with the noise.
 */
function onsetOf(
  volts: Float64Array,
  conductance: Float64Array,
  sign: 1 | -1,
  error: number,
): number {
  const side = Array.from(volts.keys()).filter((i) => sign * volts[i] >= 0);
  if (sign < 0) side.reverse();
  if (side.length < 5) return NaN;
  const near = side.slice(0, Math.max(3, Math.floor(side.length / 10))).map((i) => conductance[i]);
  const floor = near.sort((a, b) => a - b)[near.length >> 1];
  const first = side.findIndex((i) => conductance[i] - floor > 6 * error && conductance[i] > 0);
  if (first < 0) return NaN;
  const reach = side.slice(first, first + Math.max(5, Math.floor(side.length / 3)));
  const top = Math.max(...reach.map((i) => conductance[i])) - floor;
  if (floor > mostFloor * top) return NaN;
  const flank: number[] = [];
  for (const i of side) {
    const share = (conductance[i] - floor) / top;
    if (share > 0.9 && flank.length > 2) break;
    if (share >= 0.35) flank.push(i);
  }
  if (flank.length < 2) return volts[side[first]];
  const mean = (pick: (i: number) => number): number =>
    flank.reduce((sum, i) => sum + pick(i) / flank.length, 0);
  const [v, g] = [mean((i) => volts[i]), mean((i) => conductance[i])];
  const slope =
    mean((i) => (volts[i] - v) * (conductance[i] - g)) / mean((i) => (volts[i] - v) ** 2);
  const at = v + (floor - g) / slope;
  return sign * at > 0 ? at : NaN;
}
