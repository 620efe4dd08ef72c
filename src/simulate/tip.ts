import type { Rng } from "../core";
import { checkRange, drawFrom, type Range } from "./ranges";

/** How sharply the tip sees; each is drawn once for a scan. */
export interface TipOptions {
  /** Work function in eV, which sets how fast charge decays outwards. @default [4, 5] */
  readonly workFunctionEv?: Range;
  /**
   * From the topmost atoms to the middle of the tip's last orbital, in nm: the gap and the radius of the tip. The
   * further, the flatter the image. @default [0.55, 0.8]
   */
  readonly distanceNm?: Range;
}

/** What was drawn for one scan. */
export interface Tip {
  readonly workFunctionEv: number;
  readonly distanceNm: number;
}

/** Checks the options of a tip. @throws InputError if one is out of range */
export function checkTip(options: TipOptions): Required<TipOptions> {
  return {
    // Work functions of metals and semiconductors.
    workFunctionEv: checkRange("workFunctionEv", options.workFunctionEv ?? [4, 5], { min: 2, max: 7 }), // prettier-ignore
    // Nearer than 0.4 nm tip and sample touch; further than 1.5 nm nothing is left to see.
    distanceNm: checkRange("distanceNm", options.distanceNm ?? [0.55, 0.8], { min: 0.4, max: 1.5 }),
  };
}

/** Draws the tip of one scan. */
export function drawTip(options: Required<TipOptions>, rng: Rng): Tip {
  return {
    workFunctionEv: drawFrom(rng, options.workFunctionEv),
    distanceNm: drawFrom(rng, options.distanceNm),
  };
}

/** How fast a wave function decays outwards, per angstrom: sqrt(2 m phi) / hbar. */
export function decay({ workFunctionEv }: Tip): number {
  // sqrt(2 m e) / hbar with CODATA constants, in 1 / (angstrom sqrt(eV)).
  return 0.5123 * Math.sqrt(workFunctionEv);
}
