import type { ImageSet } from "../core";
import { imageGrid } from "../figures";
import { show, type ShowOptions } from "./show";

/** Shows some images of each class, labelled. Outside a notebook it prints a line. */
export async function images(set: ImageSet, options: ShowOptions = {}): Promise<void> {
  await show(imageGrid(set), options);
}
