import { checkInteger, checkNumber, InputError } from "../core";
import { checkInstrument, type InstrumentOptions, type InstrumentSettings } from "./instrument";
import { checkRange, type Range } from "./ranges";
import type { Surface } from "./surface";
import { findSurface, type SurfaceName } from "./surfaces";
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
  /** How many defects of each class. @default 6 of each class of the surface */
  readonly defects?: Readonly<Record<string, number>>;
  /** Least distance between the centres of two defects, in nm. @default 2.4 */
  readonly separationNm?: number;
  /** Least distance of defects from the border, in nm. @default 1 */
  readonly marginNm?: number;
  /**
   * Direction of the rows in degrees, counter-clockwise from the fast axis; half of the scans get it turned by 90, as
   * the next terrace has it. @default [-10, 10], how far a sample is mounted askew: assumed
   */
  readonly rowDegrees?: Range;
  readonly tip?: TipOptions;
  readonly instrument?: InstrumentOptions;
  /** Whether the way back is recorded too, as channels of their own. @default true */
  readonly retrace?: boolean;
}

/** Checked options of a scan. */
export interface ScanSettings {
  readonly surface: Surface;
  readonly pixels: number;
  readonly nmPerPixel: number;
  readonly separationNm: number;
  readonly marginNm: number;
  readonly rowDegrees: Range;
  readonly tip: Required<TipOptions>;
  readonly instrument: InstrumentSettings;
  readonly retrace: boolean;
}

/** Checks the options of a scan and fills in the defaults. @throws InputError if one is out of range */
export function checkScan(options: ScanOptions): ScanSettings {
  const { pixels = 224, nmPerPixel = 0.12, separationNm = 2.4, marginNm = 1 } = options;
  checkFrame(pixels, nmPerPixel);
  return {
    surface: findSurface(options.surface),
    pixels,
    nmPerPixel,
    separationNm: checkNumber("separationNm", separationNm, { min: 0, max: 100 }),
    marginNm: checkNumber("marginNm", marginNm, { min: 0, max: 100 }),
    rowDegrees: checkRange("rowDegrees", options.rowDegrees ?? [-10, 10], { min: -360, max: 360 }),
    tip: checkTip(options.tip ?? {}),
    instrument: checkInstrument(options.instrument ?? {}),
    retrace: options.retrace ?? true,
  };
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
