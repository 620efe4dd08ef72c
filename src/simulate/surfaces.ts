import { checkOneOf } from "../core";
import { si001 } from "./si001";
import type { Surface } from "./surface";

/** Surfaces that can be scanned. */
export type SurfaceName = "Si(001)-2x1";

const surfaces: Readonly<Record<SurfaceName, Surface>> = { "Si(001)-2x1": si001 };

/** The surface of a name. @throws InputError if there is none of this name */
export function findSurface(name: SurfaceName = "Si(001)-2x1"): Surface {
  return surfaces[checkOneOf("surface", String(name), Object.keys(surfaces) as SurfaceName[])];
}

/**
 * Names of the defect classes of a surface, in the order of their labels; label 0 is the clean surface.
 * @throws InputError if there is no surface of this name
 */
export function defectClasses(surface?: SurfaceName): readonly string[] {
  return findSurface(surface).defects.map(({ name }) => name);
}
