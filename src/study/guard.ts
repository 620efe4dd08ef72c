import { InputError, sha256, type ImageSet } from "../core";

/** Images read at a time. */
const chunk = 512;

/**
 * Makes sure that the labels of a study's own images do not come in through another set.
 * @param hidden the images whose labels must be bought, and those of the test
 * @throws InputError if the source holds any of them
 */
export function checkApart(hidden: ImageSet, source: ImageSet): void {
  if (hidden.shape.join() !== source.shape.join()) return;
  const known = new Set(pixelHashes(hidden));
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
