import { InputError } from "../core";

/**
 * Fleiss' kappa of several experts: how often each item was given each class, every item by as many experts. [n][k]
 * @throws InputError if there is no item, or not all have the same number of answers, two at least
 * @see Fleiss 1971, Psychological Bulletin 76
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number {
  const sizes = new Set(counts.map((row) => row.reduce((a, b) => a + b, 0)));
  const [experts = 0] = sizes;
  if (sizes.size !== 1 || experts < 2) {
    throw new InputError({
      got: `items with ${[...sizes].join(", ") || "no"} answers`,
      expected: "as many answers for each item, two at least",
      todo: "Leave out items that not all answered, or use krippendorffAlpha.",
    });
  }
  const agreed = counts.map(
    (row) => (row.reduce((sum, c) => sum + c * c, 0) - experts) / (experts * (experts - 1)),
  );
  const observed = agreed.reduce((a, b) => a + b, 0) / counts.length;
  const shares = counts[0].map(
    (_, c) => counts.reduce((sum, row) => sum + row[c], 0) / (counts.length * experts),
  );
  const expected = shares.reduce((sum, share) => sum + share * share, 0);
  return (observed - expected) / (1 - expected);
}
