import type { AboutImages, Augmentation } from "../core";

/** An augmentation as the images of a set take it: one that does not go by the set is given as it is. */
export function viewsFor(views: Augmentation, about: AboutImages): Augmentation {
  return views.forSet?.(about) ?? views;
}
