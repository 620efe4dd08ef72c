import { define, option, tf, type Augmentation, type OptionTable, type Tensor4D } from "../../core";
import { affine } from "../affine";
import { augmentation, imageDeviation, imageMean, type Range } from "../augmentation";
import { range, type NoOptions } from "../options";
import { ghostTip } from "./ghostTip";
import { heightScale, lengthScale, type HeightScale, type LengthScale } from "./scale";
import { tipBlur } from "./tipBlur";

/*
 * Changes after which an image shows another class, or none that can be told. For negatives, and to measure what a
 * method loses by them; never for views that are to agree.
 */

const inverted = define("stm.destroying.zInversion", 1, {});

/** Turns heights upside down about the mean: a vacancy becomes an adatom. [b,h,w,c] -> [b,h,w,c] */
export function zInversion(given: NoOptions = {}): Augmentation {
  const { settings } = inverted.resolve(given);
  return augmentation(inverted.name, settings, (images) =>
    tf.sub(tf.mul<Tensor4D>(imageMean(images), 2), images),
  );
}
zInversion.definition = inverted;

/** A second apex that carries about as much current as the first. */
export interface StrongGhostOptions extends LengthScale, HeightScale {
  /** Current of the second apex as a share of the first's. @default [0.6, 1] */
  readonly weight?: Range | number;
  /** Distance of the two apices in nm. @default [0.3, 1.5] */
  readonly distanceNm?: Range | number;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const doubled = define("stm.destroying.strongGhost", 1, {
  ...lengthScale,
  ...heightScale,
  weight: range({ min: 0, default: [0.6, 1] }),
  distanceNm: range({ min: 0, default: [0.3, 1.5] }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<StrongGhostOptions>);

/**
 * A double tip whose second apex carries as much as the first: one defect becomes a pair. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function strongGhost(given: StrongGhostOptions = {}): Augmentation {
  const { options, settings } = doubled.resolve(given);
  return augmentation(doubled.name, settings, ghostTip(options));
}
strongGhost.definition = doubled;

/** How blunt a tip is that resolves no pairs. */
export interface WideBlurOptions extends LengthScale {
  /** Standard deviation of the Gaussian in nm. @default [0.25, 0.5] */
  readonly sigmaNm?: Range | number;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const blurred = define("stm.destroying.wideBlur", 1, {
  ...lengthScale,
  sigmaNm: range({ min: 0, default: [0.25, 0.5] }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<WideBlurOptions>);

/**
 * A blur wider than the distance of neighbouring atoms: pairs become one. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function wideBlur(given: WideBlurOptions = {}): Augmentation {
  const { options, settings } = blurred.resolve(given);
  return augmentation(blurred.name, settings, tipBlur(options));
}
wideBlur.definition = blurred;

/** How much is magnified. */
export interface LargeZoomOptions {
  /** Factors of size, above 0. @default [1.4, 2] */
  readonly scale?: Range | number;
}

const magnified = define("stm.destroying.largeZoom", 1, {
  scale: range({ min: 0, aboveMin: true, default: [1.4, 2] }),
} satisfies OptionTable<LargeZoomOptions>);

/**
 * A zoom that makes small defects as large as others. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function largeZoom(given: LargeZoomOptions = {}): Augmentation {
  const { options, settings } = magnified.resolve(given);
  const zoom = affine({ degrees: 0, translate: 0, shear: 0, scale: options.scale });
  return augmentation(magnified.name, settings, zoom);
}
largeZoom.definition = magnified;

const rescaled = define("stm.destroying.rescalePatch", 1, {});

/** Brings each image to mean 0 and standard deviation 1: heights, by which classes differ, are gone. [b,h,w,c] -> [b,h,w,c] */
export function rescalePatch(given: NoOptions = {}): Augmentation {
  const { settings } = rescaled.resolve(given);
  return augmentation(rescaled.name, settings, (images) => {
    // A flat image has no spread to divide by.
    const spread = tf.maximum(imageDeviation(images), 1e-12);
    return tf.div<Tensor4D>(tf.sub(images, imageMean(images)), spread);
  });
}
rescalePatch.definition = rescaled;
