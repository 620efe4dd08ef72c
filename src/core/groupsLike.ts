import type { ImageSet } from "./types";
import { InputError } from "./inputError";

/**
 * Groups of a set by name, where `*` stands for any text: `["* TiO2(110)"]` -> all scans of this surface.
 * @throws InputError if a pattern fits no group, or there is none
 */
export function groupsLike(set: ImageSet, patterns: readonly string[]): ReadonlySet<string> {
  const groups = [...new Set(set.groups)];
  const chosen = patterns.map((pattern) => {
    const parts = pattern.split("*").map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    const expression = new RegExp(`^${parts.join(".*")}$`, "s");
    return groups.filter((group) => expression.test(group));
  });
  const missing = patterns.find((_, i) => chosen[i].length === 0);
  if (missing !== undefined || patterns.length === 0) {
    throw new InputError({
      got: missing === undefined ? "an empty list of groups" : `the group "${missing}"`,
      expected: `one of ${groups.slice(0, 20).join(", ")}${groups.length > 20 ? ", ..." : ""}`,
      todo: "Name groups of the set; * stands for any text.",
    });
  }
  return new Set(chosen.flat());
}
