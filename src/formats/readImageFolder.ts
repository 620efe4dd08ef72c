import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError, type ImageSet, type Progress } from "../core";
import { assembleImages, type ImageFilesOptions } from "./assembleImages";
import { readAllBytes } from "./byteSource";
import { unsuitable } from "./damaged";
import { placeImages } from "./imageLayout";

/**
 * Reads PNG and JPEG images from a folder: the folder that holds an image is its class (by its path, where folders are
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
  const placed = placeImages(listFiles(root), folder, options.firstPerClass);
  return assembleImages(
    placed,
    (image) => readAllBytes(path.join(root, image.path)),
    options.name === undefined && path.basename(folder) === "." ? root : folder,
    options,
    on,
  );
}

/** Paths of all files below a folder, with "/"; links are followed once. */
function listFiles(root: string): string[] {
  const found: string[] = [];
  const visited = new Set<string>();
  const walk = (folder: string): void => {
    const here = path.join(root, folder);
    const real = fs.realpathSync(here);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of fs.readdirSync(here, { withFileTypes: true })) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const kind = entry.isSymbolicLink() ? fs.statSync(path.join(root, name)) : entry;
      if (kind.isDirectory()) walk(name);
      else if (kind.isFile()) found.push(name);
    }
  };
  try {
    if (!fs.statSync(root).isDirectory()) {
      throw unsuitable(
        root,
        "which is a file",
        "a folder of images",
        "Name the folder; an archive is read as a zip.",
      );
    }
    walk("");
  } catch (error) {
    throw explainFileError(error, root, "read");
  }
  return found;
}
