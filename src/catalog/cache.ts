import * as path from "node:path";
import { cacheFolder, canonicalJson, sha256 } from "../core";
import type { CatalogCard } from "./card";

/** The folder in the cache that holds a named set. */
export function setFolder(name: string): string {
  return path.join(cacheFolder(), "datasets", name);
}

/** The file in the cache of a simulated set; other options give another file. */
export function simulatedFile({ name, simulate = {} }: CatalogCard): string {
  return path.join(setFolder(name), `${sha256(canonicalJson(simulate)).slice(0, 16)}.npz`);
}
