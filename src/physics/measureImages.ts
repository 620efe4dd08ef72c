import { defined, InputError, type ImageSet } from "../core";
import { featureColumns, featureRow } from "./featureColumns";
import { measure, type PhysicalFeatures } from "./measure";
import type { LatticeOptions } from "./patchLattice";

/** Physical features of a set of images, as columns. */
export interface MeasuredImages {
  readonly names: readonly string[];
  /** Row-major, [n*d]. */
  readonly features: Float32Array;
  readonly dim: number;
  readonly images: readonly PhysicalFeatures[];
}

/**
 * Measures every image of a set: the first channel is measured; of two channels the second is taken for the same place measured again, such as the
 * retrace. n images -> [n*d]
 * @throws InputError if an image is smaller than 12 pixels along an axis
 */
export function measureImages(images: ImageSet, options: LatticeOptions = {}): MeasuredImages {
  const known = { ...defined({ nmPerPixel: images.nmPerPixel }), ...options }; // prettier-ignore
  checkSize(images.shape);
  const list = images.ids.map((_, i) => measureImage(images.pixels.read([i]), images.shape, known));
  const dim = featureColumns.length;
  const features = new Float32Array(list.length * dim);
  list.forEach((one, i) => features.set(featureRow(one), i * dim));
  return { names: featureColumns, features, dim, images: list };
}

/** Measures the first channel of one image; of two channels the second is the same place measured again. [h*w*c] */
export function measureImage(
  values: Float32Array,
  [height, width, channels]: ImageSet["shape"],
  lattice: LatticeOptions,
): PhysicalFeatures {
  const channel = (c: number): Float32Array =>
    Float32Array.from({ length: height * width }, (_, p) => values[p * channels + c]);
  const second = channels === 2 ? { second: channel(1) } : {};
  return measure(channel(0), { height, width }, { ...lattice, ...second });
}

/** Makes sure that rows can be seen. @throws InputError if an image is too small */
export function checkSize([height, width]: ImageSet["shape"]): void {
  if (Math.min(height, width) >= 12) return;
  throw new InputError({
    got: `images of ${height} x ${width} pixels`,
    expected: "at least 12 x 12, to see the rows of a crystal around a feature",
    todo: "Cut larger images.",
  });
}
