import { checkProbability, type Rng } from "../core";
import { checkRange, drawFrom, type Range } from "./ranges";

/** How sharply the tip sees; each is drawn once for a scan, and again where the tip changes. */
export interface TipOptions {
  /** Work function in eV, which sets how fast charge decays outwards. @default [4, 5] */
  readonly workFunctionEv?: Range;
  /**
   * From the topmost atoms to the middle of the tip's last orbital, in nm: the gap and the radius of the tip. The
   * further, the flatter the image. @default [0.55, 0.8]
   */
  readonly distanceNm?: Range;
  /** Radius of a blunt tip in nm, 0.5 to 5, over which it touches first; 0 for a single atom. @default [0, 0] */
  readonly bluntNm?: Range;
  /** How often there is a second apex, which shows everything twice. @default 0 */
  readonly doubleChance?: number;
  /** How far the second apex lies from the first, in nm; 0.3 to 3. @default [0.5, 2] */
  readonly apexNm?: Range;
  /** By how much the second apex is shorter, in pm; 0 to 200. @default [30, 150] */
  readonly apexShorterPm?: Range;
}

/** A second apex: where it lies against the first, and by how much it is shorter. */
export interface Apex {
  readonly xNm: number;
  readonly yNm: number;
  readonly shorterPm: number;
}

/** What was drawn for one state of the tip. */
export interface Tip {
  readonly workFunctionEv: number;
  readonly distanceNm: number;
  readonly bluntNm: number;
  readonly apexes: readonly Apex[];
}

/** Checks the options of a tip. @throws InputError if one is out of range */
export function checkTip(options: TipOptions): Required<TipOptions> {
  const apexNm = checkRange("apexNm", options.apexNm ?? [0.5, 2], { min: 0, max: 10 });
  return {
    // Work functions of metals and semiconductors.
    workFunctionEv: checkRange("workFunctionEv", options.workFunctionEv ?? [4, 5], { min: 2, max: 7 }), // prettier-ignore
    // Nearer than 0.4 nm tip and sample touch; further than 1.5 nm nothing is left to see.
    distanceNm: checkRange("distanceNm", options.distanceNm ?? [0.55, 0.8], { min: 0.4, max: 1.5 }),
    bluntNm: checkRange("bluntNm", options.bluntNm ?? [0, 0], { min: 0, max: 50 }),
    doubleChance: checkProbability("doubleChance", options.doubleChance ?? 0),
    apexNm,
    apexShorterPm: checkRange("apexShorterPm", options.apexShorterPm ?? [30, 150], { min: 0, max: 1000 }), // prettier-ignore
  };
}

/** Draws one state of the tip. */
export function drawTip(options: Required<TipOptions>, rng: Rng): Tip {
  const [workFunctionEv, distanceNm] = [
    drawFrom(rng, options.workFunctionEv),
    drawFrom(rng, options.distanceNm),
  ];
  const shape = rng.fork("shape");
  const bluntNm = drawFrom(shape, options.bluntNm);
  if (shape.uniform() >= options.doubleChance) {
    return { workFunctionEv, distanceNm, bluntNm, apexes: [] };
  }
  const [away, angle] = [drawFrom(shape, options.apexNm), shape.between(0, 2 * Math.PI)];
  return {
    workFunctionEv,
    distanceNm,
    bluntNm,
    apexes: [
      {
        xNm: away * Math.cos(angle),
        yNm: away * Math.sin(angle),
        shorterPm: drawFrom(shape, options.apexShorterPm),
      },
    ],
  };
}

/** How fast a wave function decays outwards, per angstrom: sqrt(2 m phi) / hbar. */
export function decay({ workFunctionEv }: Pick<Tip, "workFunctionEv">): number {
  // sqrt(2 m e) / hbar with CODATA constants, in 1 / (angstrom sqrt(eV)).
  return 0.5123 * Math.sqrt(workFunctionEv);
}
