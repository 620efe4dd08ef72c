import * as fs from "node:fs";
import { InputError, sha256, writeFileAtomically, type ImageSet, type Progress } from "../core";
import { imageSetArrays, readImageSetNpz, writeNpy, writeNpzImages } from "../formats";
import * as simulate from "../simulate";
import { simulatedFile } from "./cache";
import type { CatalogCard } from "./card";

/** SHA-256 of everything in a set: pixels as float32, labels, names, groups, parts, windows, unit and scale. */
export function setSha256(set: ImageSet): string {
  return sha256(
    ...Object.entries(imageSetArrays(set)).flatMap(([name, array]) => [name, writeNpy(array)]),
  );
}

/**
 * The set that a card describes by how it is simulated: from the cache, or made and kept there.
 * @throws InputError if it is not the set that the card was written for, or the cache cannot be written
 */
export function loadSimulated(card: CatalogCard, on: Progress = {}): ImageSet {
  const file = simulatedFile(card);
  const kept = readKept(file, card);
  if (kept !== undefined) return kept;
  on.signal?.throwIfAborted();
  on.report?.({ task: `Simulating ${card.name}`, done: 0, total: 1, unit: "set" });
  const set = simulate.images({ ...card.simulate, name: card.name });
  checkSum(set, card);
  writeFileAtomically(file, writeNpzImages(set));
  on.report?.({ task: `Simulating ${card.name}`, done: 1, total: 1, unit: "set" });
  return set;
}

/** What the cache holds, unless it is damaged or from another version of the simulator: then it is made anew. */
function readKept(file: string, card: CatalogCard): ImageSet | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    const set = readImageSetNpz(file, card.name);
    checkSum(set, card);
    return set;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function checkSum(set: ImageSet, card: CatalogCard): void {
  if (card.sha256 === undefined) return;
  const sum = setSha256(set);
  if (sum === card.sha256) return;
  throw new InputError({
    got: `${card.name} with SHA-256 ${sum}`,
    expected: `SHA-256 ${card.sha256}`,
    todo: "The simulator gives other images here than those the set stands for; a change of the simulator needs a new card.",
  });
}
