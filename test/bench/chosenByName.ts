import { InputError, nearestName } from "../../src/core";

/** What `--only` picks among things with names. */
export interface Choice {
  /** What one of them is called: "row". */
  readonly what: string;
  /** Said after the names of all. @default "" */
  readonly more?: string;
}

/** Those of these names, or that begin with them; all without a word. @throws InputError for a word that none has */
export function chosenByName<T extends { readonly name: string }>(
  all: readonly T[],
  only: readonly string[],
  { what, more = "" }: Choice,
): readonly T[] {
  if (only.length === 0) return all;
  // A name goes on with a word, or a number after letters: "step" has step-8-64, "fineTune" has fineTune10, and "step-6" nothing.
  const is = ({ name }: T, word: string): boolean => {
    const rest = name.startsWith(word) ? name.slice(word.length) : undefined;
    return rest === "" || /^-/.test(rest ?? "") || (/[a-z]$/i.test(word) && /^\d/.test(rest ?? ""));
  };
  for (const word of only) {
    if (all.some((one) => is(one, word))) continue;
    const names = all.map(({ name }) => name);
    const near = nearestName(word, names);
    throw new InputError({
      got: `--only ${word}`,
      expected: `a ${what}: ${names.join(", ")}${more}`,
      todo: near === undefined ? "Name one of these." : `Did you mean "${near}"?`,
    });
  }
  return all.filter((one) => only.some((word) => is(one, word)));
}
