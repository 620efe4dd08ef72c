/** The three parts of a message that a user can act on. */
export interface InputErrorParts {
  /** What was given. */
  readonly got: string;
  /** What would have been right. */
  readonly expected: string;
  /** What to do now. */
  readonly todo: string;
}

/** A mistake that the user can mend. The kernel stands alone, so this is its own twin of the error in `core`. */
export class InputError extends Error {
  readonly got: string;
  readonly expected: string;
  readonly todo: string;

  constructor(parts: InputErrorParts, options?: { cause?: unknown }) {
    super(`Got ${parts.got}. Expected ${parts.expected}. ${parts.todo}`, options);
    this.name = "InputError";
    this.got = parts.got;
    this.expected = parts.expected;
    this.todo = parts.todo;
  }
}
