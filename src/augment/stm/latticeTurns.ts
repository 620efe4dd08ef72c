import { checkOneOf, InputError, type Augmentation } from "../../core";
import { augmentation, checkSwitch, happens } from "../augmentation";
import { flip } from "../flip";
import { quarterTurns as anyQuarter } from "../quarterTurns";
import { copyRectangles } from "../resample";
import { symmetries, type StmSurface } from "./symmetries";

/** Which turns are the same surface. */
export interface LatticeTurnsOptions {
  /** @default "Si(001)-2x1" */
  readonly surface?: StmSurface;
  /**
   * Also by 90 and 270 degrees, where the surface allows it. They turn the fast axis too: noise and offsets of the lines then run down,
   * which no scan does, so this is for clean images, or before such noise is added. @default false
   */
  readonly quarter?: boolean;
}

/**
 * Turns each image by 0 or 180 degrees, or by any quarter, each as likely; see `symmetries` for the reason.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the surface is unknown, or quarters are asked of one whose rows have one direction only
 */
export function latticeTurns(options: LatticeTurnsOptions = {}): Augmentation {
  const surface = checkSurface(options.surface);
  const { quarterTurns, reason } = symmetries[surface];
  if (checkSwitch("quarter", options.quarter ?? false)) {
    if (!quarterTurns) {
      throw new InputError({
        got: `quarter turns of ${surface}`,
        expected: `half turns only: ${reason}`,
        todo: 'Leave "quarter" out.',
      });
    }
    return augmentation("stm.latticeTurns", anyQuarter());
  }
  return augmentation("stm.latticeTurns", (images, rng) => {
    const [, height, width] = images.shape;
    return copyRectangles(images, () =>
      happens(rng, 0.5)
        ? [
            [height - 1, 0],
            [width - 1, 0],
          ]
        : [
            [0, height - 1],
            [0, width - 1],
          ],
    );
  });
}

/** Which mirrors are the same surface. */
export interface LatticeMirrorsOptions {
  /** @default "Si(001)-2x1" */
  readonly surface?: StmSurface;
}

/**
 * Mirrors each image left to right and top to bottom, each in half of the cases: all surfaces known here have both
 * mirrors, and lattices that lie askew become the same lattice askew the other way; see `symmetries` for the reason.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the surface is unknown
 */
export function latticeMirrors(options: LatticeMirrorsOptions = {}): Augmentation {
  checkSurface(options.surface);
  return augmentation("stm.latticeMirrors", flip({ horizontal: 0.5, vertical: 0.5 }));
}

function checkSurface(surface: StmSurface = "Si(001)-2x1"): StmSurface {
  return checkOneOf("surface", String(surface), Object.keys(symmetries) as StmSurface[]);
}
