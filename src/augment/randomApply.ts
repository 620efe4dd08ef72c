import { define, InputError, option, tf, type Augmentation, type OptionTable } from "../core";
import { augmentation, happens } from "./augmentation";
import { viewsOption } from "./viewsOption";

/** What is applied, and how often. */
export interface RandomApplyOptions {
  /** Probability that an image is changed; has to be given. */
  readonly probability: number;
  /** The change; has to be given. */
  readonly steps: Augmentation;
}

const definition = define("randomApply", 1, {
  probability: option.required(option.share({})),
  steps: option.required(viewsOption()),
} satisfies OptionTable<RandomApplyOptions>);

/**
 * Applies an augmentation to some images and leaves the others as they are. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the probability is outside [0,1], or the augmentation changes the size of images
 */
export function randomApply(given: RandomApplyOptions): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { probability, steps } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const chooser = rng.fork("which");
    const count = images.shape[0];
    const chosen = Uint8Array.from({ length: count }, () => +happens(chooser, probability));
    const changed = steps(images, rng.fork("change"));
    if (changed.shape.some((length, axis) => length !== images.shape[axis])) {
      throw new InputError({
        got: `randomApply of ${steps.name || "an augmentation"}, which makes [${changed.shape.join(",")}] of [${images.shape.join(",")}]`,
        expected: "an augmentation that keeps the size, since some images stay as they are",
        todo: "Use it without randomApply.",
      });
    }
    return tf.where(tf.tensor(chosen, [count, 1, 1, 1], "bool"), changed, images);
  });
}
randomApply.definition = definition;
