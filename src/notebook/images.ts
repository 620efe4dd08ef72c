import type { ImageSet } from "../core";
import { imageGrid, type ImageGridOptions } from "../figures";
import { show } from "./show";

/** Shows some images of each class, labelled. Outside a notebook it prints a line. */
export async function images(set: ImageSet, options: ImageGridOptions = {}): Promise<void> {
  await show(imageGrid(set, options));
}
