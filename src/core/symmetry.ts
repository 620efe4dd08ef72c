import { checkOneOf } from "./checks";
import type { AboutImages, Symmetry } from "./types";

/** Every symmetry that may keep the classes of a set. */
export const symmetries = ["mirrorX", "mirrorY", "halfTurn", "quarterTurns"] as const;

/**
 * Passes symmetries, each once and in the order of `symmetries`.
 * @throws InputError that lists the names if one is unknown
 */
export function checkSymmetries(names: readonly string[]): readonly Symmetry[] {
  const known = names.map((name) => checkOneOf("keepsClass", name, symmetries));
  return symmetries.filter((one) => known.includes(one));
}

/**
 * The symmetries that keep the classes of a set, with those that follow: both mirrors together are a half turn, one mirror and a half turn the other
 * mirror, and two quarter turns a half one. None where the set does not say.
 */
export function symmetriesOf({ keepsClass = [] }: AboutImages): ReadonlySet<Symmetry> {
  const kept = new Set(keepsClass);
  if (kept.has("quarterTurns")) kept.add("halfTurn");
  const ofTwo = ["mirrorX", "mirrorY", "halfTurn"] as const;
  if (ofTwo.filter((one) => kept.has(one)).length >= 2) ofTwo.forEach((one) => kept.add(one));
  return kept;
}
