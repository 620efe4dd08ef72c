import { checkInteger, checkNumber, checkOneOf, InputError } from "../core";
import { checkInstrument, type InstrumentOptions, type InstrumentSettings } from "./instrument";
import { instruments, type InstrumentName } from "./instruments";
import { checkRange, type Range } from "./ranges";
import type { BiasState, Surface } from "./surface";
import { findSurface, type SurfaceName, type Variety } from "./surfaces";
import { checkTip, type TipOptions } from "./tip";

/** What is scanned, with what tip and on what instrument. */
export interface ScanOptions {
  /** @default 1 */
  readonly seed?: number;
  /** @default "Si(001)-2x1" */
  readonly surface?: SurfaceName;
  /** Edge of the square frame in pixels, 16 to 2048. @default 224 */
  readonly pixels?: number;
  /** 0.02 to 0.5. @default 0.12 */
  readonly nmPerPixel?: number;
  /** Filled or empty states; the usual one where nothing is said. TiO2(110) shows empty ones only, Ge(001) filled ones. */
  readonly bias?: BiasState;
  /** How defects of a kind, rows and steps vary: as published, or as on real samples, with more kinds. @default "textbook" */
  readonly variety?: Variety;
  /** How many steps cross the frame, whole numbers up to 8. @default [0, 0] */
  readonly steps?: Range;
  /**
   * Whether steps of the variety "measured" are left without the adsorbates and missing atoms that gather along them, which no class names;
   * everything else stays as it is. @default false
   */
  readonly bareSteps?: boolean;
  /** How many defects of each class. @default 6 of each class of the surface */
  readonly defects?: Readonly<Record<string, number>>;
  /** Defects for each nm^2 in place of `defects`, of classes drawn at random; silicon has 0.03 to 0.15. */
  readonly density?: number;
  /** Least distance between the centres of two defects, in nm. @default 2.4 */
  readonly separationNm?: number;
  /** Least distance of defects from steps, in nm. @default 1.2 */
  readonly fromStepsNm?: number;
  /** Least distance of defects from the border, in nm. @default 1 */
  readonly marginNm?: number;
  /**
   * Direction of the rows in degrees, counter-clockwise from the fast axis; half of the scans get it turned by 90, as
   * the next terrace has it. @default [-10, 10], how far a sample is mounted askew: assumed
   */
  readonly rowDegrees?: Range;
  readonly tip?: TipOptions;
  /** Options, or the name of an instrument that is ready. */
  readonly instrument?: InstrumentOptions | InstrumentName;
  /**
   * What the tip does: follow the current, or stay at a height while the current is recorded, where tilt and drift change the gap, and no
   * loop is there.
   * @default "constant current"
   */
  readonly mode?: "constant current" | "constant height";
  /** Whether the way back is recorded too, as channels of their own. @default true */
  readonly retrace?: boolean;
}

/** Checked options of a scan. */
export interface ScanSettings {
  readonly surface: Surface;
  readonly pixels: number;
  readonly nmPerPixel: number;
  readonly steps: Range;
  readonly separationNm: number;
  readonly fromStepsNm: number;
  readonly marginNm: number;
  readonly rowDegrees: Range;
  readonly tip: Required<TipOptions>;
  readonly instrument: InstrumentSettings;
  readonly tipChanges: number;
  readonly mode: NonNullable<ScanOptions["mode"]>;
  readonly retrace: boolean;
}

const modes = ["constant current", "constant height"] as const;

/** Checks the options of a scan and fills in the defaults. @throws InputError if one is out of range */
export function checkScan(options: ScanOptions): ScanSettings {
  const { pixels = 224, nmPerPixel = 0.12, separationNm = 2.4, marginNm = 1, bareSteps = false } = options; // prettier-ignore
  checkFrame(pixels, nmPerPixel);
  const surface = findSurface(options.surface, options.bias, options.variety);
  const mode = checkOneOf("mode", options.mode ?? "constant current", modes);
  const { feedbackHz, ...open } = namedInstrument(options.instrument);
  const closed = mode === "constant current" && feedbackHz !== undefined;
  const instrument = checkInstrument(closed ? { ...open, feedbackHz } : open);
  return {
    surface: bareSteps ? { ...surface, decorated: false } : surface,
    pixels,
    nmPerPixel,
    steps: checkSteps(options.steps ?? [0, 0]),
    fromStepsNm: checkNumber("fromStepsNm", options.fromStepsNm ?? 1.2, { min: 0, max: 100 }),
    separationNm: checkNumber("separationNm", separationNm, { min: 0, max: 100 }),
    marginNm: checkNumber("marginNm", marginNm, { min: 0, max: 100 }),
    rowDegrees: checkRange("rowDegrees", options.rowDegrees ?? [-10, 10], { min: -360, max: 360 }),
    tip: checkTip(options.tip ?? {}),
    instrument,
    mode,
    tipChanges: instrument.tipChanges,
    retrace: options.retrace ?? true,
  };
}

function checkSteps(steps: Range): Range {
  checkRange("steps", steps, { min: 0, max: 8 }).forEach((step) => checkInteger("steps", step));
  return steps;
}

function namedInstrument(instrument: ScanOptions["instrument"] = {}): InstrumentOptions {
  if (typeof instrument !== "string") return instrument;
  return instruments[checkOneOf("instrument", instrument, Object.keys(instruments) as InstrumentName[])]; // prettier-ignore
}

/** Nanometres; a larger frame would have more atoms than fit in memory. */
const largestFrameNm = 300;

function checkFrame(pixels: number, nmPerPixel: number): void {
  checkInteger("pixels", pixels, { min: 16, max: 2048 });
  checkNumber("nmPerPixel", nmPerPixel, { min: 0.02, max: 0.5 });
  if (pixels * nmPerPixel <= largestFrameNm) return;
  throw new InputError({
    got: `${pixels} pixels of ${nmPerPixel} nm, a frame of ${pixels * nmPerPixel} nm`,
    expected: `at most ${largestFrameNm} nm`,
    todo: "Lower pixels or nmPerPixel.",
  });
}
