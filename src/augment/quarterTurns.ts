import { define, InputError, tf, type Augmentation } from "../core";
import { augmentation } from "./augmentation";
import type { NoOptions } from "./options";
import { copyRectangles } from "./resample";

const definition = define("quarterTurns", 1, {});

/**
 * Turns each image by 0, 90, 180 or 270 degrees, each as likely. Square images only. [b,s,s,c] -> [b,s,s,c]
 * @throws InputError if the images are not square
 */
export function quarterTurns(given: NoOptions = {}): Augmentation {
  const { settings } = definition.resolve(given);
  return augmentation(definition.name, settings, (images, rng) => {
    const [count, height, width] = images.shape;
    if (height !== width) {
      throw new InputError({
        got: `images of ${height} x ${width} pixels to turn by quarters`,
        expected: "square images, which keep their shape",
        todo: "Use flip, which mirrors images of any shape.",
      });
    }
    const turns = Int32Array.from({ length: count }, () => rng.integer(4));
    const odd = tf.tensor(
      Uint8Array.from(turns, (turn) => turn % 2),
      [count, 1, 1, 1],
      "bool",
    );
    const upright = tf.where(odd, tf.transpose(images, [0, 2, 1, 3]), images);
    const forwards = [0, height - 1] as const;
    const backwards = [height - 1, 0] as const;
    // Counter-clockwise: a quarter is a transposition and then top and bottom exchanged, three are it with left and right.
    return copyRectangles(upright, (i) => [
      turns[i] === 1 || turns[i] === 2 ? backwards : forwards,
      turns[i] >= 2 ? backwards : forwards,
    ]);
  });
}
quarterTurns.definition = definition;
