import type { Augmentation } from "../core";
import { augmentation } from "./augmentation";

/**
 * One augmentation after the other. Each has draws of its own, told apart by its name, so that adding another kind does
 * not change what the others do. [b,h,w,c] -> what the last one gives
 */
export function compose(...augmentations: readonly Augmentation[]): Augmentation {
  const names = augmentations.map(({ name }, i) => {
    const before = augmentations.slice(0, i).filter((other) => other.name === name).length;
    return `${name} ${before + 1}`;
  });
  return augmentation("compose", (images, rng) => {
    let current = images;
    augmentations.forEach((apply, i) => {
      const next = apply(current, rng.fork(names[i]));
      // Large batches would otherwise hold every step in memory until the last.
      if (current !== images && current !== next) current.dispose();
      current = next;
    });
    return current;
  });
}
