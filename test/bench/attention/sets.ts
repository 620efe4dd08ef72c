/** The images of the experiment: one question, on which side of the row a defect sits, asked at home, with another tip, with more noise and on another surface. */
import { createRng, type ImageSet } from "../../../src/core";
import * as explain from "../../../src/explain";

/** Edge of an image in pixels. */
export const size = 32;

/** A mark of 4 x 4 pixels in the corner: a cue with a place. */
export const corner = new Uint8Array(size * size);
for (let y = 1; y < 5; y++) corner.fill(1, y * size + 1, y * size + 5);

/** What is planted: nothing, a mark in the corner, or lines that jump and a gain, which have no place. */
export const cues = ["none", "corner", "lines"] as const;
export type Cue = (typeof cues)[number];

/** Share of class 1 that carries the cue in training; the rest of class 0 does. */
export const cueShare = 0.9;

/** Plants a cue: with `share` in class 1 and the rest in class 0. */
export function planted(images: ImageSet, cue: Cue, share: number, seed: number): ImageSet {
  if (cue === "none") return images;
  const rng = createRng(seed);
  return explain.changedImages(images, (image, i) => {
    if (rng.uniform() >= (images.labels[i] === 1 ? share : 1 - share)) return image;
    if (cue === "corner") return image.map((value, p) => (corner[p] === 0 ? value : value + 60));
    const offsets = Array.from({ length: size }, () => 14 * rng.normal());
    return image.map((value, p) => 1.25 * value + offsets[Math.floor(p / size)]);
  });
}

/** Images of the experiment, with the pixels of their defects. Scans are never shared. */
export interface Sets {
  readonly train: explain.MarkedImages;
  readonly home: explain.MarkedImages;
  readonly surface: explain.MarkedImages;
  readonly tip: explain.MarkedImages;
  readonly noise: explain.MarkedImages;
}

/**
 * Class 0 sits beside the middle of the row, class 1 on it, on every surface. Tips here are further away than any of the training, and noise is larger. How far,
 * and which classes of the other surface, was chosen before any explanation was looked at, so that a supervised encoder tells them better than by chance.
 */
export function makeSets(): Sets {
  const made = (
    scans: number,
    seed: number,
    classes: readonly [string, string],
    scan: explain.MarkedOptions["scan"] = {},
  ): explain.MarkedImages => {
    const defects = Object.fromEntries(classes.map((name) => [name, 7]));
    const usual = { pixels: 192, instrument: "usual", defects, ...scan } as const;
    return explain.markedImages({ scans, seed, classes, scan: usual });
  };
  const silicon = ["phosphine", "phosphinidene"] as const;
  return {
    train: made(24, 1, silicon),
    home: made(12, 2, silicon),
    surface: made(12, 3, ["dangling bond", "bare dimer"], { surface: "H:Si(001)" }),
    tip: made(12, 4, silicon, { tip: { distanceNm: [0.75, 0.95] } }),
    noise: made(12, 5, silicon, { instrument: { noisePm: [6, 18], wanderPm: [4, 15], lineOffsetPm: [5, 25] } }), // prettier-ignore
  };
}
