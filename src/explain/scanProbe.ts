import { InputError, type Rng } from "../core";
import { crossScore } from "./probe";

/** How well scans are told apart by embeddings. */
export interface ScanProbe {
  /** Balanced accuracy of a linear probe on images that it did not learn from. */
  readonly score: number;
  /** One over the number of scans. */
  readonly chance: number;
  readonly scans: number;
  readonly images: number;
}

/** Embeddings with the scan of each. */
export interface ScanProbeTask {
  /** Row-major, [n*dim]. */
  readonly features: Float32Array;
  readonly dim: number;
  readonly groups: readonly string[];
}

/** Fewest images of a scan that counts. */
const leastImages = 4;

/**
 * Whether the scan of an image can be read from its embedding: its tip and its noise are on no map. Scans of fewer than four images are left out; of more
 * than `most`, some are drawn. Images that overlap help the probe, so hold the score against that of a network that has learnt nothing.
 * @throws InputError if there are not two scans of four images
 */
export function scanProbe(
  { features, dim, groups }: ScanProbeTask,
  { rng, most = 10, folds = 4, lambda = 10 }: { readonly rng: Rng; readonly most?: number; readonly folds?: number; readonly lambda?: number }, // prettier-ignore
): ScanProbe {
  const names = scansOf(groups);
  if (names.length < 2) {
    throw new InputError({
      got: `${names.length} scans of at least ${leastImages} images`,
      expected: "at least two",
      todo: "Give images of more scans.",
    });
  }
  const drawn = rng.fork("scans").permutation(names.length).slice(0, most);
  const chosen = Array.from(drawn, (k) => names[k]);
  const fold = new Map(Array.from({ length: folds }, (_, k) => [String(k), k]));
  const [rows, values, parts]: [number[], number[], string[]] = [[], [], []];
  chosen.forEach((name, value) => {
    const own = Array.from(groups.keys()).filter((i) => groups[i] === name);
    // Each scan is spread over all folds.
    const order = rng.fork(`images of ${name}`).permutation(own.length);
    own.forEach((i, k) => {
      rows.push(i);
      values.push(value);
      parts.push(String(order[k] % folds));
    });
  });
  const picked = new Float32Array(rows.length * dim);
  rows.forEach((i, k) => picked.set(features.subarray(i * dim, (i + 1) * dim), k * dim));
  const task = { features: picked, dim, groups: parts };
  const score = crossScore(task, Int32Array.from(values), fold, chosen.length, lambda);
  return { score, chance: 1 / chosen.length, scans: chosen.length, images: rows.length };
}

/** Names of the scans that have images enough for a probe. */
export function scansOf(groups: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of groups) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].flatMap(([name, count]) => (count >= leastImages ? [name] : [])).sort();
}
