import type { Tensor2D } from "../core";
import { decorrelate } from "../nets";

/** The option that BYOL and SimSiam have in common. */
export interface SpreadOptions {
  /**
   * Whether projections are made uncorrelated within a batch, in groups of a quarter of its images and at most 32: without it short trainings end in features of
   * two or three dimensions. The papers' are not. @default true
   */
  readonly decorrelated?: boolean;
}

/** The largest number of features that are made independent of each other. */
const group = 32;

/** What is done to projections of so many images, or nothing. [2b,d] -> [2b,d] */
export function spreadOut(
  { decorrelated }: { readonly decorrelated: boolean },
  images: number,
): (projections: Tensor2D) => Tensor2D {
  if (!decorrelated) return (projections) => projections;
  const own = Math.max(1, Math.min(group, Math.floor(images / 4)));
  return (projections) => decorrelate(projections, { group: own });
}
