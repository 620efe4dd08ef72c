import { InputError } from "../../core";
import type { SplitAudit } from "./auditSplit";

/** What is done about images that stand on both sides of a split: refused, told in the figure, or not looked for. */
export type AuditRule = "refuse" | "flag" | "off";

/**
 * What a reader must know of an audit, in sentences.
 * @throws InputError if the test holds copies of what is learnt from, and the rule is to refuse them
 */
export function auditNotes(
  { looked, copies, alike, threshold }: SplitAudit,
  rule: AuditRule,
): string[] {
  if (copies.length > 0 && rule === "refuse") {
    const [first] = copies;
    throw new InputError({
      got: `${copies.length} test ${copies.length === 1 ? "image" : "images"} that are copies of images learnt from, perhaps turned or mirrored, such as "${first.test}" of "${first.learnt}"`,
      expected: "a test of images that nothing has learnt from",
      todo: 'Take them out, or give copies the same group; "audit": "flag" goes on and says so in the figure.',
    });
  }
  const told = (pairs: SplitAudit["alike"], what: string): string[] =>
    pairs.length === 0
      ? []
      : [
          `Leak: ${pairs.length} of ${looked} test images ${what}, such as ${pairs[0].test} and ${pairs[0].learnt}.`,
        ];
  return [
    ...told(copies, "are copies of images learnt from"),
    ...told(
      alike,
      `show the same place as images learnt from (correlation above ${threshold.toFixed(3)})`,
    ),
  ];
}
