import { imageSet, tf, type ImageSet } from "../core";
import { meanInterval, type MeanInterval } from "../metrics";
import type { LatticeOptions } from "../physics";
import { scoresOf } from "./head";
import { lastStage, type Explained } from "./model";
import { latticeFills } from "./occlusion";

/** A change of images that keeps their class, or takes it away. [n images] -> n images */
export type Intervention = (images: ImageSet) => ImageSet;

/** What a change does to predictions. */
export interface InterventionEffect {
  readonly name: string;
  /** Share of images whose class changes. */
  readonly changed: MeanInterval;
  /** Share of labelled images told rightly before and after. */
  readonly before: number;
  readonly after: number;
}

/**
 * Changes images and tells how many predictions change with it: what finds a cue without a place, which no map can show. Intervals are over groups.
 */
export function interventions(
  model: Explained,
  images: ImageSet,
  changes: Readonly<Record<string, Intervention>>,
): InterventionEffect[] {
  const before = predicted(model, images);
  return Object.entries(changes).map(([name, change]) => {
    const after = predicted(model, change(images));
    const byGroup = new Map<string, number[]>();
    before.forEach((c, i) => {
      const list = byGroup.get(images.groups[i]) ?? [];
      byGroup.set(images.groups[i], [...list, c === after[i] ? 0 : 1]);
    });
    const means = [...byGroup.values()].map(
      (list) => list.reduce((a, b) => a + b, 0) / list.length,
    );
    return {
      name,
      changed: meanInterval(means),
      before: rightShare(before, images.labels),
      after: rightShare(after, images.labels),
    };
  });
}

function predicted({ maps, head }: Explained, images: ImageSet): Int32Array {
  const out = new Int32Array(images.ids.length);
  for (let from = 0; from < out.length; from += 256) {
    const indices = Array.from({ length: Math.min(256, out.length - from) }, (_, i) => from + i);
    const features = tf.tidy(() => {
      const batch = tf.tensor4d(images.pixels.read(indices), [indices.length, ...images.shape]);
      return maps.from(maps.upTo(batch, lastStage(maps)), lastStage(maps));
    });
    const scores = scoresOf(head, features.dataSync());
    features.dispose();
    indices.forEach((index, i) => {
      for (let c = 1; c < head.classes; c++)
        if (scores[i * head.classes + c] > scores[i * head.classes + out[index]]) out[index] = c;
    });
  }
  return out;
}

function rightShare(classes: Int32Array, labels: Int32Array): number {
  const known = Array.from(labels.keys()).filter((i) => labels[i] >= 0);
  return known.filter((i) => labels[i] === classes[i]).length / Math.max(1, known.length);
}

/** The same images with other pixels, made image by image. [h*w*c] -> [h*w*c] */
export function changedImages(
  images: ImageSet,
  change: (image: Float32Array, index: number) => Float32Array,
): ImageSet {
  const size = images.shape[0] * images.shape[1] * images.shape[2];
  const pixels = new Float32Array(images.ids.length * size);
  images.ids.forEach((_, i) => pixels.set(change(images.pixels.read([i]), i), i * size));
  return imageSet({ ...images, pixels });
}

/** Takes each line's median away: what feedback, drift and hum left in lines, and the crystal only where rows run along them. */
export function withoutLineOffsets(images: ImageSet): ImageSet {
  const [height, width, channels] = images.shape;
  return changedImages(images, (image) => {
    const out = image.slice();
    for (let y = 0; y < height; y++) {
      const line = image.subarray(y * width * channels, (y + 1) * width * channels);
      const offset = line.slice().sort()[line.length >> 1];
      for (let i = 0; i < line.length; i++) out[y * width * channels + i] -= offset;
    }
    return out;
  });
}

/** Edge of the pieces in which surroundings are exchanged, in pixels: more than a cell, so that what is copied comes from another. */
const pieceEdge = 8;

/**
 * Keeps the feature and exchanges everything around it for other cells of the same image, piece by piece, along the scan line first. A prediction that goes by the feature and
 * where it sits on the lattice stays.
 * @param masks pixels of each image's feature, not 0 there
 */
export function withOtherCellsAround(
  masks: readonly Uint8Array[],
  lattice: LatticeOptions = {},
): Intervention {
  return (images) => {
    const fills = latticeFills(images, lattice);
    const [height, width, channels] = images.shape;
    return changedImages(images, (image, i) => {
      const [out, fill, mask] = [image.slice(), fills(i), masks[i]];
      for (let top = 0; top < height; top += pieceEdge)
        for (let left = 0; left < width; left += pieceEdge) {
          const inside = (p: number): boolean =>
            Math.floor(p / width / pieceEdge) * pieceEdge === top &&
            Math.floor((p % width) / pieceEdge) * pieceEdge === left;
          const hole = mask.map((value, p) => (value === 0 && inside(p) ? 1 : 0));
          const filled = fill(image, hole, mask);
          for (let at = 0; at < out.length; at++)
            if (hole[Math.floor(at / channels)] !== 0) out[at] = filled[at];
        }
      return out;
    });
  };
}

/** Multiplies heights, as another tip or set-point does. */
export function withGain(gain: number): Intervention {
  return (images) => changedImages(images, (image) => image.map((value) => gain * value));
}

/** Fills a region of every image with the value of the pixel that lies nearest outside of it on its line. */
export function withoutRegion(region: Uint8Array): Intervention {
  return (images) => {
    const [, width, channels] = images.shape;
    return changedImages(images, (image) =>
      image.map((value, i) => {
        const p = Math.floor(i / channels);
        if (region[p] === 0) return value;
        const from = p - (p % width);
        for (let away = 1; away < width; away++)
          for (const x of [(p % width) - away, (p % width) + away])
            if (x >= 0 && x < width && region[from + x] === 0)
              return image[(from + x) * channels + (i % channels)];
        return value;
      }),
    );
  };
}
