/** A mistake that the type check found. */
export interface TypeMistake {
  /** The path of a local file; undefined for the cell. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Characters that it covers on its line. */
  readonly length: number;
  readonly code: number;
  readonly message: string;
}

/** Thrown for a cell that does not pass the type check. */
export class TypeMistakes extends Error {
  constructor(readonly mistakes: readonly TypeMistake[]) {
    super(mistakes[0]?.message);
    this.name = "TypeScriptError";
  }
}

/** The mistakes that an error tells of; undefined for another error, of whatever strange kind. */
export function mistakesIn(error: unknown): TypeMistakes | undefined {
  try {
    return error instanceof TypeMistakes ? error : undefined;
  } catch {
    return undefined;
  }
}
