import { setImmediate } from "node:timers/promises";
import {
  defined,
  imageSet,
  tf,
  valuesOf,
  type Augmentation,
  type ImageSet,
  type Rng,
  type Tensor4D,
} from "../core";
import { viewsFor } from "./viewsFor";

/** Images that are changed at a time. */
const chunk = 256;

/**
 * Changes every image of a set once, with an own draw for each, and keeps labels, ids and groups: to look at, or to ask what a
 * classifier makes of them. n images [h,w,c] -> n images [h',w',c]
 */
export async function applyTo(
  images: ImageSet,
  augmentation: Augmentation,
  rng: Rng,
): Promise<ImageSet> {
  const n = images.ids.length;
  const views = viewsFor(augmentation, images);
  const changed: Float32Array[] = [];
  let shape = images.shape;
  for (let from = 0; from < n; from += chunk) {
    const indices = Int32Array.from({ length: Math.min(chunk, n - from) }, (_, i) => from + i);
    const values = valuesOf(() => {
      const batch: Tensor4D = tf.tensor4d(images.pixels.read(indices), [
        indices.length,
        ...images.shape,
      ]);
      const result = views(batch, rng.fork(`images from ${from}`));
      shape = [result.shape[1], result.shape[2], result.shape[3]];
      return result;
    });
    changed.push(values);
    await setImmediate();
  }
  const pixels = new Float32Array(n * shape[0] * shape[1] * shape[2]);
  changed.reduce((at, values) => (pixels.set(values, at), at + values.length), 0);
  // Where a window lay in its scan is no longer true, nor is the size of a pixel.
  const { name, labels, classNames, ids, groups, unit, keepsClass } = images;
  return imageSet({
    name,
    pixels,
    shape,
    labels,
    classNames,
    ids,
    groups,
    unit,
    ...defined({ parts: images.parts, keepsClass }),
  });
}
