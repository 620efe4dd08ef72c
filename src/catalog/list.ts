import * as fs from "node:fs";
import * as path from "node:path";
import { stl10Files } from "../formats";
import { setFolder, simulatedFile } from "./cache";
import { card, cardNames, type CatalogCard } from "./card";

/** A named set, and whether it is in the cache. */
export interface CatalogEntry {
  readonly name: string;
  /** Whether `load` needs neither the network nor a simulation. */
  readonly cached: boolean;
  readonly card: CatalogCard;
}

/** All named sets, sorted by name. */
export function list(): CatalogEntry[] {
  return cardNames().map((name) => {
    const its = card(name);
    return { name, cached: cachedFiles(its).every((file) => fs.existsSync(file)), card: its };
  });
}

function cachedFiles(its: CatalogCard): string[] {
  if (its.format === "simulated") return [simulatedFile(its)];
  const names =
    its.format === "stl10"
      ? stl10Files.flatMap(({ images, labels = images }) => [images, labels])
      : its.files.map(({ name }) => name);
  return names.map((name) => path.join(setFolder(its.name), name));
}
