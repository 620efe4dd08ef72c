import type { Known } from "../core";

/** A method by its name, with what its two halves know of themselves. */
export interface MethodKnown {
  readonly name: string;
  readonly pretrain: Known;
  readonly classify: Known;
}

/** What makes a training long: the option that says it, and what it counts. */
const lengths = [
  { half: "classify", option: "steps", what: "training on labels" },
  { half: "pretrain", option: "epochs", what: "pretraining" },
] as const satisfies readonly { half: "pretrain" | "classify"; option: string; what: string }[];

/**
 * Says which methods train for other lengths than the others, on labels or before, since the longer training may be what helps. One sentence for each of the
 * two that differs; none where all are as long.
 */
export function lengthNotes(methods: readonly MethodKnown[]): string[] {
  return lengths.flatMap(({ half, option, what }) => {
    const names = new Map<number, string[]>();
    for (const method of methods) {
      const length = lengthOf(method[half], option);
      if (length !== undefined) names.set(length, [...(names.get(length) ?? []), method.name]);
    }
    if (names.size < 2) return [];
    const parts = [...names]
      .sort(([a], [b]) => a - b)
      .map(([length, own]) => `${length} ${option} (${own.join(", ")})`);
    return [`Methods differ in the length of their ${what}: ${parts.join("; ")}.`];
  });
}

function lengthOf({ settings }: Known, option: string): number | undefined {
  const length = settings?.[option];
  return typeof length === "number" ? length : undefined;
}
