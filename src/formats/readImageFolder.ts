import * as path from "node:path";
import type { ImageSet, Progress } from "../core";
import { assembleImages, type ImageFilesOptions } from "./assembleImages";
import { readAllBytes } from "./byteSource";
import { unsuitable } from "./damaged";
import { imageEndings } from "./decodeImage";
import { placeImages } from "./imageLayout";
import { listFiles } from "./listFiles";

/**
 * Reads PNG, JPEG, TIFF and NPY images, and the heights of single scans, from a folder: the folder that holds an image is its class (by its path, where folders are
 * nested), and folders `train`, `test` and `unlabelled` above the classes give the set's parts. Images outside class
 * folders and under `unlabelled` have no label. Images come sorted by name; ids are their paths without extension.
 * @throws InputError if a file is damaged, sizes differ, there are no images, or one class only
 */
export async function readImageFolder(
  folder: string,
  options: ImageFilesOptions = {},
  on: Progress = {},
): Promise<ImageSet> {
  const root = path.resolve(folder);
  const { files, dangling } = listFiles(root);
  const gone = dangling.find((name) => imageEndings.test(name));
  if (gone !== undefined) {
    throw unsuitable(
      `${gone}" in "${folder}`,
      "a link that leads nowhere",
      "images that are there",
      "Fetch what the links stand for, or take them out of the folder.",
    );
  }
  const placed = placeImages(files, folder, options);
  return assembleImages(
    placed,
    (image) => readAllBytes(path.join(root, image.path)),
    options.name === undefined && path.basename(folder) === "." ? root : folder,
    options,
    on,
  );
}
