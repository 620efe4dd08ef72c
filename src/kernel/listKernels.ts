import * as fs from "node:fs";
import * as path from "node:path";
import type { InstalledKernel } from "./installKernel";
import { rememberedKernels } from "./installations";
import { kernelsFolders, type KernelPlace } from "./kernelPlaces";

/**
 * Finds the kernels of fewscope where Jupyter looks for kernels, nearest first, and those that were installed elsewhere from
 * this copy of fewscope.
 * @param place looked into as well
 * @throws InputError if the place is no place
 */
export function listKernels(place?: KernelPlace): InstalledKernel[] {
  const places = kernelsFolders(place).flatMap((kernels) =>
    foldersIn(kernels).map((folder) => path.join(kernels, folder)),
  );
  return [...new Set([...places, ...rememberedKernels()])].flatMap(
    (folder) => readKernel(folder) ?? [],
  );
}

/** What a kernel's folder holds; undefined if it is not one of ours. */
export function readKernel(folder: string): InstalledKernel | undefined {
  let spec: unknown;
  try {
    spec = JSON.parse(fs.readFileSync(path.join(folder, "kernel.json"), "utf8"));
  } catch {
    // Somebody else's folder, in whatever state.
    return undefined;
  }
  const { metadata, display_name } = (spec ?? {}) as Spec;
  const launcher = metadata?.fewscope?.launcher;
  if (typeof launcher !== "string") return undefined;
  const name = path.basename(folder);
  return {
    name,
    folder,
    displayName: typeof display_name === "string" ? display_name : name,
    launcher,
    works: fs.existsSync(launcher),
  };
}

interface Spec {
  readonly display_name?: unknown;
  readonly metadata?: { readonly fewscope?: { readonly launcher?: unknown } };
}

function foldersIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}
