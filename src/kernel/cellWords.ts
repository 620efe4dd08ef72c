/*
 * Cells that are no code: a question, and a module that other cells import.
 */

/** `name?` and `?name` ask what a name is. */
export function nameAskedFor(code: string): string | undefined {
  const name = /^\s*\?\s*([\p{ID_Continue}$.]+)\s*$|^\s*([\p{ID_Continue}$.]+)\s*\?\s*$/u.exec(
    code,
  );
  return name?.[1] ?? name?.[2];
}

/** An answer that the front end shows beside the notebook. */
export function page(answer: object): object {
  const { found, data } = answer as { readonly found: boolean; readonly data: object };
  const nothing = { "text/plain": "Nothing is known of this name." };
  return { source: "page", start: 0, data: found ? data : nothing };
}

/** The name of the module that a cell stands for, as stock tslab has it: a comment with `@module name` at its top. */
export function moduleGiven(code: string): string | undefined {
  const comment = /^\s*\/\*\*[^]*?\*\//.exec(code)?.[0] ?? "";
  return /@module\s+([\w./-]+)/.exec(comment)?.[1];
}
