import {
  defined,
  checkInteger,
  checkOneOf,
  createRng,
  imageSet,
  type ImageSet,
  type ImageWindow,
  type Rng,
  type SetPart,
  UNLABELLED,
} from "../core";
import { heightStepPm } from "./instrument";
import { levelled } from "./levelled";
import { checkRange, type Range } from "./ranges";
import { makeScan } from "./makeScan";
import { checkScan, type ScanOptions, type ScanSettings } from "./scanSettings";
import { defectClasses, type SurfaceName, type Variety } from "./surfaces";
import type { TipOptions } from "./tip";

/** A set of small images cut out of simulated scans. */
export interface SimulatedImagesOptions {
  /** @default 1 */
  readonly seed?: number;
  /** @default "stm-simulated-small" */
  readonly name?: string;
  /** One, or several of which the scans take turns; classes are then named after their surface too. @default "Si(001)-2x1" */
  readonly surface?: SurfaceName | readonly SurfaceName[];
  /** How defects of a class, rows and steps vary, as for one scan. @default "textbook" */
  readonly variety?: Variety;
  /** Classes of defects. @default the first four of each surface, which fit into the scans as they are by default */
  readonly classes?: readonly string[];
  /** Scans whose images are for training. @default 40 */
  readonly trainScans?: number;
  /** Other scans, whose images are for testing. @default 18 */
  readonly testScans?: number;
  /** Further scans like those for training, of which images are cut anywhere and without a label. @default 0 */
  readonly unlabelledScans?: number;
  /** Edge of an image in pixels, 8 to 128. @default 32 */
  readonly patchPixels?: number;
  /** 0.02 to 0.5; with the default an image is 3.84 nm wide, five rows. @default 0.12 */
  readonly nmPerPixel?: number;
  /** How many images of each class of defect a scan gives, whole numbers. @default [5, 8] */
  readonly perClass?: Range;
  /** How many images of the clean surface a scan gives. @default [14, 18] */
  readonly clean?: Range;
  /** How far a defect lies from the middle of its image, at most, in pixels along each axis. @default 3 */
  readonly offsetPixels?: number;
  /** Edge of the scans in pixels. @default 224 */
  readonly pixels?: number;
  /** Direction of the rows, as for one scan. */
  readonly rowDegrees?: NonNullable<ScanOptions["rowDegrees"]>;
  /** Steps that cross each scan, as for one scan. */
  readonly steps?: NonNullable<ScanOptions["steps"]>;
  /** Least distance of two places, as for one scan. */
  readonly separationNm?: NonNullable<ScanOptions["separationNm"]>;
  /** Tip and instrument of the training scans. */
  readonly train?: Conditions;
  /** Tip and instrument of the test scans. @default a little worse: another tip, other noise */
  readonly test?: Conditions;
}

/** With what a scan was made. */
export interface Conditions {
  readonly tip?: TipOptions;
  readonly instrument?: NonNullable<ScanOptions["instrument"]>;
}

/** Test scans come from another day: a somewhat blunter tip and somewhat more noise than training ever saw; assumed. */
const anotherDay: Conditions = {
  tip: { distanceNm: [0.6, 0.9] },
  instrument: { noisePm: [6, 18], wanderPm: [4, 15], lineOffsetPm: [5, 25] },
};

/** How many classes of a surface are in a set where none are named. */
const usualClasses = 4;

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
  const { classNames, surfaces } = settings;
  const cut: CutImage[] = [];
  for (const part of ["train", "unlabelled", "test"] as const) {
    for (let i = 0; i < settings.scans[part]; i++) {
      const surface = surfaces[i % surfaces.length];
      const number = `${part} ${String(i).padStart(3, "0")}`;
      const group = surfaces.length === 1 ? number : `${number} ${surface.name}`;
      cut.push(...scanImages(group, part, surface, settings, rng.fork(group)));
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
    nmPerPixel: settings.surfaces[0].train.nmPerPixel,
    parts: cut.map(({ part }) => part),
    windows: cut.map(({ window }) => window),
  });
}

interface ImagesSettings {
  readonly patch: number;
  readonly offset: number;
  readonly perClass: Range;
  readonly clean: Range;
  readonly scans: Readonly<Record<SetPart, number>>;
  readonly surfaces: readonly SurfaceSettings[];
  readonly classNames: readonly string[];
}

/** A surface of the set: how it is scanned, and its classes by their names in the set. */
interface SurfaceSettings {
  readonly name: SurfaceName;
  readonly train: ScanSettings;
  readonly test: ScanSettings;
  readonly classes: readonly { readonly kind: string; readonly label: number }[];
}

function checkImages(options: SimulatedImagesOptions): ImagesSettings {
  const { trainScans = 40, testScans = 18, unlabelledScans = 0, nmPerPixel = 0.12 } = options;
  const patch = checkInteger("patchPixels", options.patchPixels ?? 32, { min: 8, max: 128 });
  const offset = checkInteger("offsetPixels", options.offsetPixels ?? 3, {
    min: 0,
    max: Math.floor(patch / 4),
  });
  const { pixels, variety, rowDegrees, steps, separationNm } = options;
  const shared = {
    ...defined({ pixels, variety, rowDegrees, steps, separationNm }),
    retrace: false,
    nmPerPixel,
    // The whole window must lie in the scan.
    marginNm: (patch / 2 + offset + 1) * nmPerPixel,
  };
  const named = options.surface ?? "Si(001)-2x1";
  const names: readonly SurfaceName[] = typeof named === "string" ? [named] : named;
  const classNames = [cleanName];
  const surfaces = names.map((name): SurfaceSettings => {
    const known = defectClasses(name, options.variety);
    const wanted =
      options.classes?.filter((kind) => known.includes(kind)) ?? known.slice(0, usualClasses);
    const classes = wanted.map((kind) => {
      classNames.push(names.length === 1 ? kind : `${name} ${kind}`);
      return { kind, label: classNames.length - 1 };
    });
    return {
      name,
      classes,
      train: checkScan({ ...shared, surface: name, ...options.train }),
      test: checkScan({ ...shared, surface: name, ...(options.test ?? anotherDay) }),
    };
  });
  checkClasses(options.classes ?? [], names, options.variety);
  const most = { min: 0, max: 10000 };
  return {
    patch,
    offset,
    perClass: checkCounts("perClass", options.perClass ?? [5, 8]),
    clean: checkCounts("clean", options.clean ?? [14, 18]),
    scans: {
      train: checkInteger("trainScans", trainScans, { ...most, min: 1 }),
      unlabelled: checkInteger("unlabelledScans", unlabelledScans, most),
      test: checkInteger("testScans", testScans, most),
    },
    surfaces,
    classNames,
  };
}

function checkClasses(
  classes: readonly string[],
  names: readonly SurfaceName[],
  variety?: Variety,
): void {
  const known = names.flatMap((name) => defectClasses(name, variety));
  for (const name of classes) checkOneOf("class", name, known);
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

/** All images of one scan: around its places, or anywhere where nobody says what they show. */
function scanImages(
  group: string,
  part: SetPart,
  { train, test, classes }: SurfaceSettings,
  settings: ImagesSettings,
  rng: Rng,
): CutImage[] {
  const counts = rng.fork("counts");
  const draw = ([low, high]: Range): number => low + counts.integer(high - low + 1);
  const wanted = [
    ...Array<string>(draw(settings.clean)).fill(cleanName),
    ...classes.flatMap(({ kind }) => Array<string>(draw(settings.perClass)).fill(kind)),
  ];
  const { observed, places } = makeScan(group, part === "test" ? test : train, wanted, rng);
  const heights = levelled(observed);
  const offsets = rng.fork("offsets");
  const { patch, offset } = settings;
  const free = observed.width - patch + 1;
  return places.flatMap(({ kind, x, y }, i) => {
    const shift = (): number => offsets.integer(2 * offset + 1) - offset;
    const [left, top] =
      part === "unlabelled"
        ? [offsets.integer(free), offsets.integer(free)]
        : [Math.round(x) + shift() - patch / 2, Math.round(y) + shift() - patch / 2].map(
            Math.floor,
          );
    // Drift may have carried a place so near to the border that its image would leave the scan.
    if (Math.min(left, top) < 0 || Math.max(left, top) >= free) return [];
    const label = classes.find((known) => known.kind === kind)?.label ?? 0;
    return {
      id: `${group}/${String(i).padStart(3, "0")}`,
      group,
      part,
      label: part === "unlabelled" ? UNLABELLED : label,
      window: { x: left + patch / 2, y: top + patch / 2, size: patch },
      values: cutOut(heights, observed.width, left, top, patch),
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
