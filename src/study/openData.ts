import { open } from "../catalog";
import type { ImageSet, Progress } from "../core";
import type { PlanData } from "./plan";
import { standardise } from "./standardise";

/**
 * Opens the images that a plan names, on the scale it asks for.
 * @throws InputError if they cannot be had
 */
export async function openData(
  { standardise: by = "none", ...where }: PlanData,
  on: Progress = {},
): Promise<ImageSet> {
  return standardise(await open(where, on), by);
}
