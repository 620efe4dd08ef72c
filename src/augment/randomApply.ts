import { checkProbability, InputError, tf, type Augmentation } from "../core";
import { augmentation, happens } from "./augmentation";

/**
 * Applies an augmentation to some images and leaves the others as they are. [b,h,w,c] -> [b,h,w,c]
 * @param probability of each image to be changed
 * @throws InputError if the probability is outside [0,1], or the augmentation changes the size of images
 */
export function randomApply(probability: number, apply: Augmentation): Augmentation {
  checkProbability("probability", probability);
  return augmentation("randomApply", (images, rng) => {
    const chooser = rng.fork("which");
    const count = images.shape[0];
    const chosen = Uint8Array.from({ length: count }, () => +happens(chooser, probability));
    const changed = apply(images, rng.fork("change"));
    if (changed.shape.some((length, axis) => length !== images.shape[axis])) {
      throw new InputError({
        got: `randomApply of ${apply.name || "an augmentation"}, which makes [${changed.shape.join(",")}] of [${images.shape.join(",")}]`,
        expected: "an augmentation that keeps the size, since some images stay as they are",
        todo: "Use it without randomApply.",
      });
    }
    return tf.where(tf.tensor(chosen, [count, 1, 1, 1], "bool"), changed, images);
  });
}
