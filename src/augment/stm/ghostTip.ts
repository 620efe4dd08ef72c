import { define, option, type Augmentation, type OptionTable } from "../../core";
import { drawFrom, happens, type Range } from "../augmentation";
import { mirrored } from "../mirrored";
import { range } from "../options";
import { eachImage, onValues, type Batch } from "./onValues";
import { heightScale, lengthScale, type HeightScale, type LengthScale } from "./scale";

/** A second apex that carries some of the current. */
export interface GhostTipOptions extends LengthScale, HeightScale {
  /** Current of the second apex as a share of the first's; beyond 0.5 one defect looks like a pair. @default [0, 0.15] */
  readonly weight?: Range | number;
  /** Distance of the two apices in nm. @default [0.3, 1.5] */
  readonly distanceNm?: Range | number;
  /** Probability that an image is changed. @default 0.3 */
  readonly probability?: number;
}

const definition = define("stm.ghostTip", 1, {
  ...lengthScale,
  ...heightScale,
  weight: range({ min: 0, default: [0, 0.15] }),
  distanceNm: range({ min: 0, default: [0.3, 1.5] }),
  probability: option.share({ default: 0.3 }),
} satisfies OptionTable<GhostTipOptions>);

/** Decay constant of the tunnelling current per nm, for a work function of 4.5 eV. */
const decayPerNm = 10.9;

/**
 * A weak double tip: the currents of two apices add, so that high places show a faint copy at one distance, in any
 * direction. Beyond the border the image is mirrored. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805, for the decay of the current
 */
export function ghostTip(given: GhostTipOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { nmPerPixel, pmPerUnit, weight, distanceNm, probability } = options;
  // Current ~ exp(-2 kappa z), with z in the unit of the values.
  const steepness = (2 * decayPerNm * pmPerUnit) / 1000;
  return onValues(definition.name, settings, (batch, rng) => {
    const old = new Float32Array(batch.height * batch.width * batch.channels);
    eachImage(batch, (image) => {
      const share = drawFrom(rng, weight);
      const pixels = drawFrom(rng, distanceNm) / nmPerPixel;
      const angle = rng.between(0, 2 * Math.PI);
      if (!happens(rng, probability) || share === 0) return;
      old.set(image);
      const [x, y] = [pixels * Math.cos(angle), pixels * Math.sin(angle)];
      addCurrents(old, image, batch, { share, steepness, x, y });
    });
  });
}
ghostTip.definition = definition;

interface Ghost {
  readonly share: number;
  readonly steepness: number;
  readonly x: number;
  readonly y: number;
}

/** Heights at which both currents together are what the first alone was. */
function addCurrents(from: Float32Array, to: Float32Array, batch: Batch, ghost: Ghost): void {
  const { height, width, channels } = batch;
  const { share, steepness } = ghost;
  const [left, top] = [Math.floor(ghost.x), Math.floor(ghost.y)];
  const [u, v] = [ghost.x - left, ghost.y - top];
  const flat = Math.log1p(share);
  for (let row = 0, at = 0; row < height; row++) {
    const upper = mirrored(row + top, height) * width * channels;
    const lower = mirrored(row + top + 1, height) * width * channels;
    for (let column = 0; column < width; column++) {
      const x0 = mirrored(column + left, width) * channels;
      const x1 = mirrored(column + left + 1, width) * channels;
      for (let k = 0; k < channels; k++, at++) {
        const above = from[upper + x0 + k] * (1 - u) + from[upper + x1 + k] * u;
        const below = from[lower + x0 + k] * (1 - u) + from[lower + x1 + k] * u;
        const higher = above * (1 - v) + below * v - from[at];
        // Beyond this the second apex carries all, and the exponential would overflow.
        const current = share * Math.exp(Math.min(600, steepness * higher));
        to[at] = from[at] + (Math.log1p(current) - flat) / steepness;
      }
    }
  }
}
