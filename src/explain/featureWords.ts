import { InputError, type ImageSet } from "../core";
import { measureImages, type LatticeOptions, type PhysicalFeatures } from "../physics";
import { evidence } from "./evidence";
import type { Target } from "./head";
import { scoreImages, type Explained } from "./model";

/** What is told of a feature. */
export interface FeatureWordsOptions extends LatticeOptions {
  /** Names of the head's classes. */
  readonly classNames: readonly string[];
}

/**
 * What is known of each image in a few short lines: its class with the probability (softmax of the scores), the strongest evidence for that class against the next
 * with its pixel, and what physics measures: site, height and the mirror across the rows. For the mouse over a scan. n images -> n lists of lines
 * @throws InputError if an image is smaller than 12 pixels along an axis, or names do not fit the head
 */
export function featureWords(
  model: Explained,
  images: ImageSet,
  { classNames, ...lattice }: FeatureWordsOptions,
): readonly (readonly string[])[] {
  const { unit } = images;
  if (classNames.length !== model.head.classes) {
    throw new InputError({
      got: `${classNames.length} names for ${model.head.classes} classes`,
      expected: "one for each",
      todo: "Give the class names that the head was fitted with.",
    });
  }
  const told = likeliestTwo(model, images);
  const targets = told.map(({ first, second }): Target => ({ for: first, against: second }));
  const maps = evidence(model, images, targets);
  const measured = measureImages(images, lattice).images;
  return told.map(({ first, second, probability }, i) => {
    const { values, columns, stride, offset } = maps[i].map;
    // On top of what every cell has, such as the clean crystal's.
    const ground = values.slice().sort()[values.length >> 1];
    const above = values.map((value) => value - ground);
    const sizes = above.map(Math.abs);
    const at = sizes.indexOf(Math.max(...sizes));
    const place = [at % columns, Math.floor(at / columns)].map((cell) => cell * stride + offset);
    return [
      `${classNames[first]}: ${probability.toFixed(2)}`,
      `strongest evidence ${above[at] < 0 ? "" : "+"}${above[at].toFixed(2)} against ${classNames[second]}, at pixel ${place.join(", ")}`,
      physicsWords(measured[i], unit),
    ];
  });
}

interface Told {
  readonly first: number;
  readonly second: number;
  readonly probability: number;
}

function likeliestTwo(model: Explained, images: ImageSet): Told[] {
  const score = scoreImages(model, images.shape);
  const { classes } = model.head;
  const pixels = images.pixels.read(Array.from(images.ids.keys()));
  const scores = Array.from({ length: classes }, (_, c) =>
    score(pixels, Array<Target>(images.ids.length).fill({ for: c })),
  );
  return images.ids.map((_, i) => {
    // A score stands against the mean of the other classes: k/(k-1) of what is above the mean of all.
    const own = scores.map((list) => (list[i] * (classes - 1)) / classes);
    const [first, second] = Array.from(own.keys()).sort((a, b) => own[b] - own[a]);
    const total = own.reduce((sum, value) => sum + Math.exp(value - own[first]), 0);
    return { first, second, probability: 1 / total };
  });
}

function physicsWords(
  { registry, symmetry, height, heightNoise }: PhysicalFeatures,
  unit: string,
): string {
  const mirror = symmetry.measurable ? `mirror across the rows ${symmetry.mirrorAcross.toFixed(2)}` : "symmetry hidden by noise"; // prettier-ignore
  const tall = `${Number(height.toPrecision(3))} ${unit} (noise ${Number(heightNoise.toPrecision(2))})`;
  return `${registry.site}; ${tall}; ${mirror}`;
}
