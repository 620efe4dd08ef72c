import {
  checkInteger,
  createRng,
  imageSet,
  type ImageSet,
  type ImageWindow,
  type Rng,
  type SetPart,
} from "../core";
import { heightStepPm, type InstrumentOptions } from "./instrument";
import { levelled } from "./levelled";
import { checkRange, type Range } from "./ranges";
import { makeScan } from "./makeScan";
import { checkScan, type ScanOptions, type ScanSettings } from "./scanSettings";
import { defectClasses, type SurfaceName } from "./surfaces";
import type { TipOptions } from "./tip";

/** A set of small images cut out of simulated scans. */
export interface SimulatedImagesOptions {
  /** @default 1 */
  readonly seed?: number;
  /** @default "stm-simulated-small" */
  readonly name?: string;
  /** @default "Si(001)-2x1" */
  readonly surface?: SurfaceName;
  /** Scans whose images are for training. @default 40 */
  readonly trainScans?: number;
  /** Other scans, whose images are for testing. @default 18 */
  readonly testScans?: number;
  /** Edge of an image in pixels, 8 to 128. @default 32 */
  readonly patch?: number;
  /** 0.02 to 0.5; with the default an image is 3.84 nm wide, five rows. @default 0.12 */
  readonly nmPerPixel?: number;
  /** How many images of each class of defect a scan gives, whole numbers. @default [5, 8] */
  readonly perClass?: Range;
  /** How many images of the clean surface a scan gives. @default [14, 18] */
  readonly clean?: Range;
  /** How far a defect lies from the middle of its image, at most, in pixels along each axis. @default 3 */
  readonly offset?: number;
  /** Edge of the scans in pixels. @default 224 */
  readonly pixels?: number;
  /** Direction of the rows, as for one scan. */
  readonly rowDegrees?: ScanOptions["rowDegrees"];
  /** Tip and instrument of the training scans. */
  readonly train?: Conditions;
  /** Tip and instrument of the test scans. @default a little worse: another tip, other noise */
  readonly test?: Conditions;
}

/** With what a scan was made. */
export interface Conditions {
  readonly tip?: TipOptions;
  readonly instrument?: InstrumentOptions;
}

/** Test scans come from another day: a somewhat blunter tip and somewhat more noise than training ever saw; assumed. */
const anotherDay: Conditions = {
  tip: { distanceNm: [0.6, 0.9] },
  instrument: { noisePm: [6, 18], wanderPm: [4, 15], lineOffsetPm: [5, 25] },
};

/** Name of the class of images that show no defect in their middle. */
const cleanName = "clean";

/**
 * Cuts images of defects and of the clean surface out of many simulated scans: heights in pm, median 0, plane of the
 * scan taken off, line offsets left in. Scans are the groups; test images come from other scans. Near the edge of an
 * image other defects may show, in those of the clean surface as well.
 * @throws InputError if an option is out of range, or the defects do not fit into the scans
 */
export function images(options: SimulatedImagesOptions = {}): ImageSet {
  const settings = checkImages(options);
  const rng = createRng(options.seed ?? 1).fork("images");
  const classNames = [cleanName, ...defectClasses(options.surface)];
  const cut: CutImage[] = [];
  for (const part of ["train", "test"] as const) {
    for (let i = 0; i < settings[part].scans; i++) {
      const group = `${part} ${String(i).padStart(3, "0")}`;
      cut.push(...scanImages(group, part, settings, classNames, rng.fork(group)));
    }
  }
  const { patch } = settings;
  const pixels = new Float32Array(cut.length * patch * patch);
  cut.forEach(({ values }, i) => pixels.set(values, i * patch * patch));
  return imageSet({
    name: options.name ?? "stm-simulated-small",
    pixels,
    shape: [patch, patch, 1],
    labels: cut.map(({ label }) => label),
    classNames,
    ids: cut.map(({ id }) => id),
    groups: cut.map(({ group }) => group),
    unit: "pm",
    nmPerPixel: settings.train.scan.nmPerPixel,
    parts: cut.map(({ part }) => part),
    windows: cut.map(({ window }) => window),
  });
}

interface ImagesSettings {
  readonly patch: number;
  readonly offset: number;
  readonly perClass: Range;
  readonly clean: Range;
  readonly train: { readonly scans: number; readonly scan: ScanSettings };
  readonly test: { readonly scans: number; readonly scan: ScanSettings };
}

function checkImages(options: SimulatedImagesOptions): ImagesSettings {
  const { trainScans = 40, testScans = 18, test = anotherDay, nmPerPixel = 0.12 } = options;
  const patch = checkInteger("patch", options.patch ?? 32, { min: 8, max: 128 });
  const offset = checkInteger("offset", options.offset ?? 3, {
    min: 0,
    max: Math.floor(patch / 4),
  });
  const shared = {
    surface: options.surface,
    pixels: options.pixels,
    rowDegrees: options.rowDegrees,
    retrace: false,
    nmPerPixel,
    // The whole window must lie in the scan.
    marginNm: (patch / 2 + offset + 1) * nmPerPixel,
  };
  return {
    patch,
    offset,
    perClass: checkCounts("perClass", options.perClass ?? [5, 8]),
    clean: checkCounts("clean", options.clean ?? [14, 18]),
    train: {
      scans: checkInteger("trainScans", trainScans, { min: 1, max: 10000 }),
      scan: checkScan({ ...shared, ...options.train }),
    },
    test: {
      scans: checkInteger("testScans", testScans, { min: 0, max: 10000 }),
      scan: checkScan({ ...shared, ...test }),
    },
  };
}

function checkCounts(name: string, value: Range): Range {
  checkRange(name, value, { min: 0, max: 1000 }).forEach((count) => checkInteger(name, count));
  return value;
}

interface CutImage {
  readonly id: string;
  readonly group: string;
  readonly part: SetPart;
  readonly label: number;
  readonly window: ImageWindow;
  readonly values: Float32Array;
}

/** All images of one scan. */
function scanImages(
  group: string,
  part: "train" | "test",
  settings: ImagesSettings,
  classNames: readonly string[],
  rng: Rng,
): CutImage[] {
  const counts = rng.fork("counts");
  const wanted = classNames.flatMap((name) => {
    const [low, high] = name === cleanName ? settings.clean : settings.perClass;
    return Array<string>(low + counts.integer(high - low + 1)).fill(name);
  });
  const { observed, places } = makeScan(group, settings[part].scan, wanted, rng);
  const heights = levelled(observed);
  const offsets = rng.fork("offsets");
  const { patch, offset } = settings;
  return places.map(({ kind, x, y }, i) => {
    const shift = (): number => offsets.integer(2 * offset + 1) - offset;
    const [left, top] = [Math.round(x) + shift() - patch / 2, Math.round(y) + shift() - patch / 2];
    return {
      id: `${group}/${String(i).padStart(3, "0")}`,
      group,
      part,
      label: classNames.indexOf(kind),
      window: { x: Math.floor(left) + patch / 2, y: Math.floor(top) + patch / 2, size: patch },
      values: cutOut(heights, observed.width, Math.floor(left), Math.floor(top), patch),
    };
  });
}

/** One window with its median at 0, digitised as the scan is, so that every machine gives the same bytes. */
function cutOut(
  heights: Float64Array,
  width: number,
  left: number,
  top: number,
  size: number,
): Float32Array {
  const values = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const from = (top + row) * width + left;
    values.set(heights.subarray(from, from + size), row * size);
  }
  const median = values.slice().sort()[values.length >> 1];
  return Float32Array.from(
    values,
    (value) => Math.round((value - median) / heightStepPm) * heightStepPm,
  );
}
