import { checkInteger, checkNumber, checkOneOf, createRng, type Rng, type Scan } from "../core";
import { makeScan, type ScanParameters } from "./makeScan";
import type { DefectKind } from "./surface";
import { checkScan, type ScanOptions, type ScanSettings } from "./scanSettings";

/** A defect that was put on a simulated surface. */
export interface Defect {
  readonly className: string;
  /** Column and row of its centre, not whole. */
  readonly x: number;
  readonly y: number;
  /** The same in nm from the middle of the top left pixel, to the right and down. */
  readonly xNm: number;
  readonly yNm: number;
  /** Whether another lies nearer than 1.5 nm. */
  readonly overlaps: boolean;
  /** Whether the tip took it along while scanning it. */
  readonly pickedUp: boolean;
}

/** A scan whose truth is known. */
export interface SimulatedScan {
  /** Heights along the way of the trace, without anything else of the instrument: one channel "Z" in metres. */
  readonly clean: Scan;
  /** As recorded: "Z", and "Current" where a loop keeps it, forward and backward. */
  readonly observed: Scan;
  readonly defects: readonly Defect[];
  /** Row-major, [height*width]: 0 for the clean surface, else 1 + the index of the class in `defectClasses`. */
  readonly mask: Uint8Array;
  readonly parameters: ScanParameters;
  readonly seed: number;
}

/**
 * Scans a simulated surface with defects at constant current.
 * @throws InputError if an option is out of range, a class is unknown, or the defects do not fit into the frame
 */
export function scan(options: ScanOptions = {}): SimulatedScan {
  const settings = checkScan(options);
  const { seed = 1 } = options;
  const rng = createRng(seed).fork("scan");
  const wanted = wantedDefects(options, settings, rng.fork("density"));
  const made = makeScan(`simulated ${seed}`, settings, wanted, rng);
  const gone = new Set(made.parameters.tipChanges.map(({ pickedUp }) => pickedUp));
  const { nmPerPixel, pixels } = settings;
  const all = made.places.map(({ kind, x, y }, i): Defect => ({
    className: kind,
    x,
    y,
    xNm: x * nmPerPixel,
    yNm: y * nmPerPixel,
    overlaps: made.places.some(
      (other, k) => k !== i && Math.hypot(other.x - x, other.y - y) * nmPerPixel < nearNm,
    ),
    pickedUp: gone.has(i),
  }));
  return {
    clean: made.clean,
    observed: made.observed,
    mask: made.mask,
    // Drift may have carried one out of the frame.
    defects: all.filter(({ x, y }) => Math.min(x, y) >= 0 && Math.max(x, y) <= pixels - 1),
    parameters: made.parameters,
    seed,
  };
}

/** Nanometres within which two defects overlap: about twice what one is wide. */
const nearNm = 1.5;

/** Defects of each class when nothing is said. */
const usualCount = 6;

/** A kind, each as often as its frequency says. */
function drawKind(kinds: readonly DefectKind[], rng: Rng): DefectKind {
  if (kinds.every(({ frequency = 1 }) => frequency === 1)) return kinds[rng.integer(kinds.length)];
  const total = kinds.reduce((sum, { frequency = 1 }) => sum + frequency, 0);
  let left = rng.between(0, total);
  return kinds.find(({ frequency = 1 }) => (left -= frequency) < 0) ?? kinds[kinds.length - 1];
}

/** The class of each defect that is asked for. */
function wantedDefects(
  { defects, density }: ScanOptions,
  { surface, pixels, nmPerPixel }: ScanSettings,
  rng: Rng,
): string[] {
  const classes = surface.defects.map(({ name }) => name);
  if (density !== undefined) {
    checkNumber("density", density, { min: 0, max: 1 });
    const number = Math.round(density * (pixels * nmPerPixel) ** 2);
    return Array.from({ length: number }, () => drawKind(surface.defects, rng).name);
  }
  const usual = surface.defects.map(({ name, frequency = 1 }) => [name, Math.max(1, Math.round(frequency * usualCount))] as const); // prettier-ignore
  const counts = defects ?? Object.fromEntries(usual);
  return Object.entries(counts).flatMap(([name, count]) => {
    checkOneOf("defect class", name, classes);
    checkInteger(`number of ${name}`, count, { min: 0, max: 10000 });
    return Array<string>(count).fill(name);
  });
}
