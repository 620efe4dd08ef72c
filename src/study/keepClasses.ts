import { UNLABELLED, withLabels, type ImageSet } from "../core";
import type { Split } from "./split";

/**
 * Leaves out the classes that neither the pool nor the test has, as happens where a surface lacks a kind of defect: they
 * can be neither learnt nor tested.
 */
export function keepClasses(
  set: ImageSet,
  { pool, test }: Split,
): { set: ImageSet; notes: readonly string[] } {
  const present = new Set([...pool, ...test].map((i) => set.labels[i]));
  const kept = set.classNames.filter((_, c) => present.has(c));
  const gone = set.classNames.filter((_, c) => !present.has(c));
  if (gone.length === 0) return { set, notes: [] };
  const labels = set.labels.map((label) =>
    present.has(label) && label !== UNLABELLED ? kept.indexOf(set.classNames[label]) : UNLABELLED,
  );
  return {
    set: { ...withLabels(set, labels), classNames: kept },
    notes: [`Left out, since neither labels nor test have any: ${shortList(gone)}.`],
  };
}

/** Names, or some of them if there are many. */
function shortList(names: readonly string[]): string {
  const shown = 4;
  if (names.length <= shown + 2) return names.join(", ");
  return `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
}
