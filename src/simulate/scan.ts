import { checkInteger, checkOneOf, createRng, type Scan } from "../core";
import { makeScan, type ScanParameters } from "./makeScan";
import { checkScan, type ScanOptions } from "./scanSettings";
import { defectClasses } from "./surfaces";

/** A defect that was put on a simulated surface. */
export interface Defect {
  readonly className: string;
  /** Column and row of its centre, not whole. */
  readonly x: number;
  readonly y: number;
  /** The same in nm from the middle of the top left pixel, to the right and down. */
  readonly xNm: number;
  readonly yNm: number;
}

/** A scan whose truth is known. */
export interface SimulatedScan {
  /** Heights without the instrument, one channel "Z" in metres. */
  readonly clean: Scan;
  /** Heights as recorded. */
  readonly observed: Scan;
  readonly defects: readonly Defect[];
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
  const made = makeScan(`simulated ${seed}`, settings, wantedDefects(options), rng);
  return {
    clean: made.clean,
    observed: made.observed,
    defects: made.places.map(({ kind, x, y }) => ({
      className: kind,
      x,
      y,
      xNm: x * settings.nmPerPixel,
      yNm: y * settings.nmPerPixel,
    })),
    parameters: made.parameters,
    seed,
  };
}

/** Defects of each class when nothing is said. */
const usualCount = 6;

/** The class of each defect that is asked for. */
function wantedDefects({ surface, defects }: ScanOptions): string[] {
  const classes = defectClasses(surface);
  const counts = defects ?? Object.fromEntries(classes.map((name) => [name, usualCount]));
  return Object.entries(counts).flatMap(([name, count]) => {
    checkOneOf("defect class", name, classes);
    checkInteger(`number of ${name}`, count, { min: 0, max: 10000 });
    return Array<string>(count).fill(name);
  });
}
