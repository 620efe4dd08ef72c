import type { Rng, Scan } from "../core";
import { asScans } from "./asScans";
import { drawCrystal, type Crystal } from "./crystal";
import { imageAtHeight, imageCrystal } from "./imageCrystal";
import { drawInstrument, type Instrument } from "./instrument";
import { reach, rowBegins, seenAt, type LineTimes } from "./instrument/path";
import { record, type TipPeriod } from "./instrument/record";
import { count } from "./instrument/marks";
import type { PlacedDefect } from "./lattice";
import { paintMask } from "./paintMask";
import { placeDefects, type Place } from "./placeDefects";
import { drawSigned } from "./ranges";
import type { ScanSettings } from "./scanSettings";
import { decay, drawTip, type Tip } from "./tip";

/** Everything that was drawn for a scan. */
export interface ScanParameters {
  readonly surface: string;
  readonly nmPerPixel: number;
  readonly rowDegrees: number;
  /** Steps that cross the frame. */
  readonly steps: number;
  readonly tip: Tip;
  readonly tipChanges: readonly TipChange[];
  readonly instrument: Instrument;
}

/** Another state of the tip from some moment on. */
export interface TipChange {
  readonly seconds: number;
  /** By how much the tip became longer, in pm. */
  readonly stepPm: number;
  readonly tip: Tip;
  /** Index, among the defects, of what the tip took along. */
  readonly pickedUp?: number;
}

/** What comes of one scan; lengths of places in pixels. */
export interface MadeScan {
  readonly clean: Scan;
  readonly observed: Scan;
  /** Where they are seen, which may lie outside the frame. */
  readonly places: readonly Place[];
  /** Row-major; 1 and more for the n-th class of the surface, 0 for what is clean. */
  readonly mask: Uint8Array;
  readonly parameters: ScanParameters;
}

/**
 * Makes a scan with checked settings.
 * @param wanted class of each defect; other names stand for places that stay clean
 * @throws InputError if they do not fit into the frame
 */
export function makeScan(
  name: string,
  settings: ScanSettings,
  wanted: readonly string[],
  rng: Rng,
): MadeScan {
  const { surface, pixels, nmPerPixel } = settings;
  const tip = drawTip(settings.tip, rng.fork("tip"));
  const instrument = drawInstrument(settings.instrument, rng.fork("instrument"));
  const currentDecay = (2 * decay(tip)) / 100;
  const crystal = drawCrystal(settings, rng);
  const times: LineTimes = { pixels, nmPerPixel, ...instrument };
  const order = Array.from(rng.fork("order").permutation(wanted.length), (i) => wanted[i]);
  const seen = (x: number, y: number): [number, number] => seenAt(times, x, y);
  const { places: lying, defects } = placeDefects(
    crystal,
    order,
    {
      width: pixels,
      height: pixels,
      separation: settings.separationNm / nmPerPixel,
      margin: settings.marginNm / nmPerPixel,
      fromSteps: settings.fromStepsNm / nmPerPixel,
    },
    rng.fork("places"),
  );
  const places = lying.map((place) => {
    const [x, y] = seen(place.x, place.y);
    return { ...place, x, y };
  });
  const tipChanges = drawChanges(settings, times, places, defects, rng.fork("changes"));
  const recorded = record(
    {
      periods: tipPeriods(crystal, defects, { tip, tipChanges, times }, imaging(settings.mode)),
      pixels,
      nmPerPixel,
      instrument,
      currentDecay,
      retrace: settings.retrace,
    },
    rng.fork("observe"),
  );
  const parameters: ScanParameters = {
    surface: surface.name,
    nmPerPixel,
    rowDegrees: crystal.terraces[0].placement.rowDegrees,
    steps: crystal.terraces.length - 1,
    tip,
    tipChanges,
    instrument,
  };
  return {
    ...asScans(name, recorded, settings, { ...parameters, currentDecay }),
    places,
    mask: paintMask(crystal, defects, { pixels, nmPerPixel, seenAt: seen }),
    parameters,
  };
}

/** How often a tip that changes takes something along; assumed. */
const pickUpChance = 0.3;

/** How often a tip has two apexes after a change, at least; assumed. */
const doubleAfterChange = 0.3;

/** Draws when the tip changes and into what. */
function drawChanges(
  { tip: options, tipChanges }: ScanSettings,
  times: LineTimes,
  places: readonly Place[],
  defects: readonly PlacedDefect[],
  rng: Rng,
): TipChange[] {
  const loose = defects.flatMap(({ loose }, i) => (loose ? [i] : []));
  const seenPlaces = places.filter(({ kind }) => defects.some(({ name }) => name === kind));
  const total = 2 * times.lineSeconds * times.pixels;
  const doubleChance = Math.max(options.doubleChance, doubleAfterChange);
  const changes = Array.from({ length: count(tipChanges, rng) }, (_, n): TipChange => {
    const own = rng.fork(`change ${n}`);
    const tip = drawTip({ ...options, doubleChance }, own.fork("tip"));
    const stepPm = drawSigned(own, [10, 150]);
    if (loose.length === 0 || own.uniform() >= pickUpChance) {
      return { seconds: own.between(0, total), stepPm, tip };
    }
    // It goes when the tip comes over its middle.
    const pickedUp = loose[own.integer(loose.length)];
    const { x, y } = seenPlaces[pickedUp];
    const seconds = rowBegins(times, Math.round(y)) + (x / times.pixels) * times.lineSeconds;
    return { seconds, stepPm, tip, pickedUp };
  });
  return changes.sort((a, b) => a.seconds - b.seconds);
}

/** What is followed, in pm: at constant height the logarithm of the current is to the gap what the height is to the loop. */
function imaging(mode: ScanSettings["mode"]): typeof imageCrystal {
  if (mode === "constant current") return imageCrystal;
  return (crystal, defects, tip, frame) => {
    const perPm = (2 * decay(tip)) / 100;
    const { terraces, terraceAt } = crystal;
    return imageAtHeight(crystal, defects, tip, frame).map((current, i) => {
      const [x, y] = [i % frame.width, Math.floor(i / frame.width)];
      // A lower terrace is further away.
      const down = 100 * terraces[terraceAt(x + frame.left, y + frame.top)].above;
      return Math.log(current) / perPm + down;
    });
  };
}

interface TipHistory {
  readonly tip: Tip;
  readonly tipChanges: readonly TipChange[];
  readonly times: LineTimes;
}

/** What each state of the tip sees, of the rows that it visits. */
function tipPeriods(
  crystal: Crystal,
  defects: readonly PlacedDefect[],
  { tip, tipChanges, times }: TipHistory,
  image: typeof imageCrystal,
): TipPeriod[] {
  const { pixels, lineSeconds, scanDirection } = times;
  const states = [{ seconds: 0, stepPm: 0, tip }, ...tipChanges];
  const gone = new Set<number>();
  let step = 0;
  return states.map((state: TipChange, n) => {
    if (state.pickedUp !== undefined) gone.add(state.pickedUp);
    step += state.stepPm;
    const until = n + 1 < states.length ? states[n + 1].seconds : Infinity;
    const lines = [state.seconds, until].map((seconds) =>
      Math.min(pixels - 1, Math.max(0, Math.floor(seconds / (2 * lineSeconds)))),
    );
    const [first, last] =
      scanDirection === "up" ? lines.map((l) => pixels - 1 - l).reverse() : lines;
    const frame = reach(times, [first, last]);
    const left = defects.filter((_, i) => !gone.has(i));
    return {
      fromSeconds: state.seconds,
      stepPm: step,
      ...frame,
      heights: image(crystal, left, state.tip, frame),
    };
  });
}
