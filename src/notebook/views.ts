import { applyTo } from "../augment";
import {
  defined,
  createRng,
  imageSet,
  InputError,
  type Augmentation,
  type ImageSet,
  type Rng,
} from "../core";
import type { ImageGridOptions } from "../figures";
import { images } from "./images";

/** How views are shown. */
export interface ViewsOptions extends Omit<ImageGridOptions, "rng" | "columns" | "perClass"> {
  /** Draws the views. @default a generator of seed 1 */
  readonly rng?: Rng;
}

/**
 * Shows what augmentations make of images: a row each, below the images as they are. The same image several times shows
 * several draws: `core.subset(images, [7, 7, 7])`.
 * @throws InputError if there is no image, or an augmentation changes their size
 */
export async function views(
  set: ImageSet,
  augmentations: Readonly<Record<string, Augmentation>>,
  { rng = createRng(1), ...options }: ViewsOptions = {},
): Promise<void> {
  const count = set.ids.length;
  // An image may come several times, and each needs an id of its own.
  const ids = set.ids.map((id, i) => `${id}, ${i + 1}`);
  const plain: ImageSet = { ...set, ids };
  const rows: (readonly [string, ImageSet])[] = [["as it is", plain]];
  for (const [name, augmentation] of Object.entries(augmentations))
    rows.push([name, await applyTo(plain, augmentation, rng.fork(name))]);
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const pixels = rows.map(([name, row]) => {
    checkSize(name, row, set);
    return row.pixels.read(all);
  });
  await images(
    imageSet({
      name: set.name,
      pixels: concatenate(pixels),
      shape: set.shape,
      labels: rows.flatMap((_, row) => Array<number>(count).fill(row)),
      classNames: rows.map(([name]) => name),
      ids: rows.flatMap(([name]) => ids.map((id) => `${id}: ${name}`)),
      unit: set.unit,
      ...defined({ nmPerPixel: set.nmPerPixel }),
    }),
    { ...options, columns: count },
  );
}

function checkSize(name: string, { shape }: ImageSet, set: ImageSet): void {
  if (shape.every((size, i) => size === set.shape[i])) return;
  throw new InputError({
    got: `"${name}", which makes images of ${shape.join(" x ")} of those of ${set.shape.join(" x ")}`,
    expected: "views of the size of the images",
    todo: "Leave its size out.",
  });
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  arrays.reduce((at, values) => (joined.set(values, at), at + values.length), 0);
  return joined;
}
