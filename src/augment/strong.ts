import {
  define,
  known,
  option,
  tf,
  type Augmentation,
  type OptionTable,
  type Rng,
  type Tensor4D,
} from "../core";
import { affine } from "./affine";
import { blur } from "./blur";
import { brightness } from "./brightness";
import { colourJitter } from "./colourJitter";
import { compose } from "./compose";
import { contrast } from "./contrast";
import { cutout } from "./cutout";
import { greyscale } from "./greyscale";
import { noise } from "./noise";

/** How strongly images are changed. */
export interface StrongViewsOptions {
  /** Changes that each image gets, one after the other. @default 2, the paper's N */
  readonly count?: number;
  /** Scales every change, 0 to 2; 1 is about RandAugment's largest. @default 1 */
  readonly strength?: number;
  /** Channels of the images; colours are changed only where there are 3. @default those of the images that come */
  readonly channels?: number;
  /** Edge of the smaller side in pixels, which the covered square goes by. @default that of the images */
  readonly size?: number;
}

const definition = define("strong", 1, {
  count: option.integer({ min: 0, default: 2 }),
  strength: option.number({ min: 0, max: 2, default: 1 }),
  channels: option.count({}),
  size: option.count({}),
} satisfies OptionTable<StrongViewsOptions>);

/**
 * Strong augmentation for images in any unit, after RandAugment: each image gets some changes drawn at random (nothing, turned, shifted, sheared,
 * resized, contrast, level, blur, noise; with 3 channels also colours and grey), each with a random size, and then a covered square of up to half of its edge.
 * What needs a fixed range of values (posterise, solarise, equalise) is left out, and so is colour for one channel. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 * @see Cubuk et al. 2020, arXiv:1909.13719; Sohn et al. 2020, arXiv:2001.07685, appendix D
 */
export function views(given: StrongViewsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { count, strength, channels, size } = options;
  const inGrey = changes(strength);
  const inColour = [...inGrey, ...colourChanges(strength)];
  const change: Augmentation = (images, rng) => {
    const [, height, width, depth] = images.shape;
    const choices = (channels ?? depth) === 3 ? inColour : inGrey;
    let current = images;
    for (let round = 0; round < count; round++) {
      current = chooseForEach(current, choices, rng.fork(`round ${round}`));
    }
    const covers = [2, 4].map((part) => cover((size ?? Math.min(height, width)) / part));
    return chooseForEach(current, covers, rng.fork("cover"));
  };
  // A step by its name, as it would be among others, so that its draws are the same there.
  return known(compose(Object.defineProperty(change, "name", { value: "strong" })), settings);
}
views.definition = definition;

function cover(edge: number): Augmentation {
  return cutout({ size: Math.max(1, Math.floor(edge)), fill: "mean" });
}

/** Changes for any number of channels; the first leaves images as they are. */
function changes(strength: number): readonly (Augmentation | undefined)[] {
  const still = { degrees: 0, translate: 0, shear: 0, scale: [1, 1] as const };
  return [
    undefined,
    affine({ ...still, degrees: 30 * strength }),
    affine({ ...still, translate: 0.3 * strength }),
    affine({ ...still, shear: 17 * strength }),
    affine({ ...still, scale: [1 / (1 + 0.3 * strength), 1 + 0.3 * strength] }),
    contrast({ strength: 0.6 * strength }),
    brightness({ strength }),
    blur({ sigma: [0, strength], probability: 1 }),
    noise({ sigma: [0, 0.4 * strength] }),
  ];
}

function colourChanges(strength: number): readonly Augmentation[] {
  const factor = 0.4 * strength;
  const hue = Math.min(0.5, 0.1 * strength);
  return [
    colourJitter({ brightness: factor, contrast: factor, saturation: factor, hue }),
    greyscale({ probability: 1 }),
  ];
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
