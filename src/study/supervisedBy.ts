import * as fs from "node:fs";
import * as path from "node:path";
import { open } from "../catalog";
import { explainFileError, InputError, sha256, type ImageSet, type Pretrain } from "../core";
import type { PlanData } from "./plan";
import { standardise } from "./standardise";

/**
 * Pretraining on a labelled set that a plan names, which is opened when it is needed.
 * @throws InputError if the set cannot be opened
 */
export function supervisedBy<Options extends { readonly source: ImageSet }>(
  method: (options: Options) => Pretrain,
  { standardise: by = "none", ...source }: PlanData,
  options: Omit<Options, "source">,
): Pretrain {
  return async (images, rng, on) => {
    const opened = standardise(await open(source, on), by);
    return await method({ ...options, source: opened } as unknown as Options)(images, rng, on);
  };
}

/**
 * The same pretraining, which first makes sure that its source gives away no label of the study.
 * @param hidden the images whose labels must be bought, and those of the test
 * @throws InputError, when it begins, if the source holds any of them
 */
export function guarded(pretrain: Pretrain, source: PlanData, hidden: ImageSet): Pretrain {
  const { standardise: by = "none", ...where } = source;
  return async (images, rng, on) => {
    checkApart(hidden, standardise(await open(where, on), by));
    return await pretrain(images, rng, on);
  };
}

/** Images read at a time. */
const chunk = 512;

/** Labels of the study's own images must not come in through the source. */
function checkApart(images: ImageSet, source: ImageSet): void {
  if (images.shape.join() !== source.shape.join()) return;
  const known = new Set(pixelHashes(images));
  const shared = pixelHashes(source).filter((hash) => known.has(hash)).length;
  if (shared === 0) return;
  throw new InputError({
    got: `a source of pretraining that holds ${shared} of the study's own images`,
    expected: "other images, since the labels of these must be bought or are those of the test",
    todo: "Name another set, or leave these images out of it.",
  });
}

function pixelHashes(set: ImageSet): string[] {
  const n = set.ids.length;
  const size = set.shape[0] * set.shape[1] * set.shape[2];
  const hashes: string[] = [];
  for (let from = 0; from < n; from += chunk) {
    const indices = Int32Array.from({ length: Math.min(chunk, n - from) }, (_, i) => from + i);
    const values = set.pixels.read(indices);
    for (let i = 0; i < indices.length; i++) {
      const image = values.slice(i * size, (i + 1) * size);
      hashes.push(sha256(new Uint8Array(image.buffer)));
    }
  }
  return hashes;
}

/**
 * What a source holds, in place of where it is; a named set is known by its name.
 * @throws InputError if a file cannot be read
 */
export function identifySource(source: PlanData): object {
  const { npz, folder, zip, labels, ...how } = source;
  const table = npz === undefined ? labels : undefined;
  const files = [npz, zip, table].filter((file) => file !== undefined);
  const inside = folder === undefined ? [] : filesIn(folder);
  return {
    ...how,
    ...(npz !== undefined && labels !== undefined ? { labels } : {}),
    sha256: [
      ...files.map(hashFile),
      ...inside.map((file) => `${path.relative(folder ?? "", file)} ${hashFile(file)}`),
    ],
  };
}

function filesIn(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw explainFileError(error, folder, "read");
  }
}

function hashFile(file: string): string {
  try {
    return sha256(fs.readFileSync(file));
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
}
