import { InputError } from "../core";

/** The error for a file that is cut short, overwritten, or not of its kind at all. */
export function damaged(name: string, why: string, cause?: unknown): InputError {
  return new InputError(
    {
      got: `${quoted(name)}, which is damaged: ${why}`,
      expected: "a whole file",
      todo: "Copy, download or export it again.",
    },
    { cause },
  );
}

/** The error for a file of another kind, or of a variety that is not read here. */
export function unsuitable(name: string, what: string, expected: string, todo: string): InputError {
  return new InputError({ got: `${quoted(name)}, ${what}`, expected, todo });
}

function quoted(name: string): string {
  return name === "these bytes" ? name : `"${name}"`;
}
