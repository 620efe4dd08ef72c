import { define, InputError, option, type Augmentation, type OptionTable } from "../../core";
import { augmentation, happens } from "../augmentation";
import { flip } from "../flip";
import { surface as surfaceOption } from "../options";
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

const turns = define("stm.latticeTurns", 1, {
  surface: surfaceOption(),
  quarter: option.flag({ default: false }),
} satisfies OptionTable<LatticeTurnsOptions>);

/**
 * Turns each image by 0 or 180 degrees, or by any quarter, each as likely; see `symmetries` for the reason.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the surface is unknown, or quarters are asked of one whose rows have one direction only
 */
export function latticeTurns(given: LatticeTurnsOptions = {}): Augmentation {
  const { options, settings } = turns.resolve(given);
  const { surface, quarter } = options;
  const { quarterTurns, reason } = symmetries[surface];
  if (quarter) {
    if (!quarterTurns) {
      throw new InputError({
        option: "quarter",
        got: `quarter true for ${surface}`,
        expected: `half turns only: ${reason}`,
        todo: 'Leave "quarter" out.',
      });
    }
    return augmentation(turns.name, settings, anyQuarter());
  }
  return augmentation(turns.name, settings, (images, rng) => {
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
latticeTurns.definition = turns;

/** Which mirrors are the same surface. */
export interface LatticeMirrorsOptions {
  /** @default "Si(001)-2x1" */
  readonly surface?: StmSurface;
}

const mirrors = define("stm.latticeMirrors", 1, {
  surface: surfaceOption(),
} satisfies OptionTable<LatticeMirrorsOptions>);

/**
 * Mirrors each image left to right and top to bottom, each in half of the cases: all surfaces known here have both
 * mirrors, and lattices that lie askew become the same lattice askew the other way; see `symmetries` for the reason.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the surface is unknown
 */
export function latticeMirrors(given: LatticeMirrorsOptions = {}): Augmentation {
  const { settings } = mirrors.resolve(given);
  return augmentation(mirrors.name, settings, flip({ horizontal: 0.5, vertical: 0.5 }));
}
latticeMirrors.definition = mirrors;
