import { checkInteger, checkNumber, tf, type Augmentation, type Rng, type Tensor4D } from "../core";
import {
  affine,
  blur,
  brightness,
  colourJitter,
  compose,
  contrast,
  cutout,
  greyscale,
  noise,
} from "../augment";

/** How strongly images are changed. */
export interface StrongViewsOptions {
  /** Colours are changed only where there are 3. */
  readonly channels: number;
  /** Edge of the smaller side in pixels, which the covered square goes by. */
  readonly size: number;
  /** Changes that each image gets, one after the other. @default 2, the paper's N */
  readonly count?: number;
  /** Scales every change; 1 is about RandAugment's largest. At least 0. @default 1 */
  readonly strength?: number;
}

/**
 * Strong augmentation for images in any unit, after RandAugment: each image gets some changes drawn at random (nothing, turned, shifted, sheared,
 * resized, contrast, level, blur, noise; with 3 channels also colours and grey), each with a random size, and then a covered square of up to half of its edge.
 * What needs a fixed range of values (posterise, solarise, equalise) is left out, and so is colour for one channel. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 * @see Cubuk et al. 2020, arXiv:1909.13719; Sohn et al. 2020, arXiv:2001.07685, appendix D
 */
export function strongViews(options: StrongViewsOptions): Augmentation {
  const { channels, size, count = 2, strength = 1 } = options;
  checkInteger("count", count, { min: 0 });
  checkNumber("strength", strength, { min: 0, max: 2 });
  const still = { degrees: 0, translate: 0, shear: 0, scale: [1, 1] as const };
  const choices: readonly (Augmentation | undefined)[] = [
    undefined,
    affine({ ...still, degrees: 30 * strength }),
    affine({ ...still, translate: 0.3 * strength }),
    affine({ ...still, shear: 17 * strength }),
    affine({ ...still, scale: [1 / (1 + 0.3 * strength), 1 + 0.3 * strength] }),
    contrast({ strength: 0.6 * strength }),
    brightness({ strength: strength }),
    blur({ sigma: [0, strength], probability: 1 }),
    noise({ sigma: [0, 0.4 * strength] }),
    ...(channels === 3 ? colourChanges(strength) : []),
  ];
  const square = Math.max(1, Math.floor(size / 2));
  const cover = cutout({ size: square, fill: "mean" });
  const smaller = cutout({ size: Math.max(1, Math.floor(size / 4)), fill: "mean" });
  const change: Augmentation = (images, rng) => {
    let current = images;
    for (let round = 0; round < count; round++) {
      current = chooseForEach(current, choices, rng.fork(`round ${round}`));
    }
    return chooseForEach(current, [cover, smaller], rng.fork("cover"));
  };
  return compose(Object.defineProperty(change, "name", { value: "strong" }));
}

function colourChanges(strength: number): Augmentation[] {
  const factor = 0.4 * strength;
  const jitter = {
    brightness: factor,
    contrast: factor,
    saturation: factor,
    hue: Math.min(0.5, 0.1 * strength),
  };
  return [colourJitter(jitter), greyscale({ probability: 1 })];
}

/** Changes each image by one of several augmentations, drawn for each; none leaves it as it is. */
function chooseForEach(
  images: Tensor4D,
  choices: readonly (Augmentation | undefined)[],
  rng: Rng,
): Tensor4D {
  const which = rng.fork("which");
  const drawn = Int32Array.from({ length: images.shape[0] }, () => which.integer(choices.length));
  const parts: Tensor4D[] = [];
  const places: number[] = [];
  choices.forEach((apply, choice) => {
    const members = [...drawn.keys()].filter((i) => drawn[i] === choice);
    if (members.length === 0) return;
    const chosen = tf.gather(images, tf.tensor1d(members, "int32"));
    parts.push(apply === undefined ? chosen : apply(chosen, rng.fork(`choice ${choice}`)));
    places.push(...members);
  });
  const back = new Int32Array(places.length);
  places.forEach((image, at) => (back[image] = at));
  return tf.gather(tf.concat(parts), tf.tensor1d(back, "int32"));
}
