import { checkOneOf, InputError } from "../core";
import { measuredSurface } from "./measuredSurface";
import type { BiasState, Surface } from "./surface";
import { germanium } from "./surfaces/germanium";
import { hydrogenSilicon } from "./surfaces/hydrogenSilicon";
import { coldSilicon, silicon } from "./surfaces/silicon";
import { titania } from "./surfaces/titania";

/** Surfaces that can be scanned. */
export type SurfaceName = "Si(001)-2x1" | "Si(001)-c(4x2)" | "H:Si(001)" | "Ge(001)" | "TiO2(110)";

/** How each surface looks at the biases for which there is a model, the usual one first. */
const surfaces: Readonly<Record<SurfaceName, Partial<Record<BiasState, () => Surface>>>> = {
  "Si(001)-2x1": { filled: () => silicon("filled"), empty: () => silicon("empty") },
  "Si(001)-c(4x2)": { filled: () => coldSilicon("filled"), empty: () => coldSilicon("empty") },
  "H:Si(001)": { filled: () => hydrogenSilicon("filled"), empty: () => hydrogenSilicon("empty") },
  "Ge(001)": { filled: () => germanium },
  "TiO2(110)": { empty: () => titania },
};

/**
 * How defects of a kind, rows and steps vary: "textbook", each as published; "measured", as scans of real samples show
 * them, with more kinds.
 */
export type Variety = (typeof varieties)[number];

const varieties = ["textbook", "measured"] as const;

/** Names of all surfaces. */
export const surfaceNames = Object.keys(surfaces) as readonly SurfaceName[];

/** The surface of a name at a bias. @throws InputError if there is none of this name, or no model at this bias */
export function findSurface(
  name: SurfaceName = "Si(001)-2x1",
  bias?: BiasState,
  variety: Variety = "textbook",
): Surface {
  checkOneOf("variety", variety, varieties);
  const states = surfaces[checkOneOf("surface", String(name), [...surfaceNames])];
  const known = Object.keys(states) as BiasState[];
  const make = states[bias ?? known[0]];
  if (make !== undefined) return variety === "measured" ? measuredSurface(make()) : make();
  throw new InputError({
    got: `bias "${String(bias)}" for ${name}`,
    expected: known.map((state) => `"${state}"`).join(" or "),
    todo: "Leave bias out for the usual one.",
  });
}

/**
 * Names of the defect classes of a surface, in the order of their labels; label 0 is the clean surface.
 * @throws InputError if there is no surface of this name
 */
export function defectClasses(surface?: SurfaceName, variety?: Variety): readonly string[] {
  return findSurface(surface, undefined, variety).defects.map(({ name }) => name);
}
