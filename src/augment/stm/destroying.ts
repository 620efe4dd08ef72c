import { affine } from "../affine";
import { augmentation, checkRange, imageMean, imageDeviation, type Range } from "../augmentation";
import { tf, type Augmentation, type Tensor4D } from "../../core";
import { ghostTip, type GhostTipOptions } from "./ghostTip";

import { tipBlur, type TipBlurOptions } from "./tipBlur";

/*
 * Changes after which an image shows another class, or none that can be told. For negatives, and to measure what a
 * method loses by them; never for views that are to agree.
 */

/** Turns heights upside down about the mean: a vacancy becomes an adatom. [b,h,w,c] -> [b,h,w,c] */
export function zInversion(): Augmentation {
  return augmentation("stm.destroying.zInversion", (images) =>
    tf.sub(tf.mul<Tensor4D>(imageMean(images), 2), images),
  );
}

/**
 * A double tip whose second apex carries as much as the first: one defect becomes a pair. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function strongGhost(options: GhostTipOptions = {}): Augmentation {
  const ghost = ghostTip({ weight: [0.6, 1], probability: 1, ...options });
  return augmentation("stm.destroying.strongGhost", ghost);
}

/**
 * A blur wider than the distance of neighbouring atoms: pairs become one. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function wideBlur(options: TipBlurOptions = {}): Augmentation {
  const blurred = tipBlur({ sigmaNm: [0.25, 0.5], probability: 1, ...options });
  return augmentation("stm.destroying.wideBlur", blurred);
}

/** How much is magnified. */
export interface LargeZoomOptions {
  /** Factors of size, above 0. @default [1.4, 2] */
  readonly scale?: Range | number;
}

/**
 * A zoom that makes small defects as large as others. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function largeZoom(options: LargeZoomOptions = {}): Augmentation {
  const scale = checkRange("scale", options.scale ?? [1.4, 2], { min: 0, aboveMin: true });
  const zoom = affine({ degrees: 0, translate: 0, shear: 0, scale });
  return augmentation("stm.destroying.largeZoom", zoom);
}

/** Brings each image to mean 0 and standard deviation 1: heights, by which classes differ, are gone. [b,h,w,c] -> [b,h,w,c] */
export function rescalePatch(): Augmentation {
  return augmentation("stm.destroying.rescalePatch", (images) => {
    // A flat image has no spread to divide by.
    const spread = tf.maximum(imageDeviation(images), 1e-12);
    return tf.div<Tensor4D>(tf.sub(images, imageMean(images)), spread);
  });
}
