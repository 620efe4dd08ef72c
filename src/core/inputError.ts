/** The three parts of a message that a user can act on. */
export interface InputErrorParts {
  /** What was given, quoted as given. */
  readonly got: string;
  /** What would have been right; lists name the valid values. */
  readonly expected: string;
  /** What to do now. */
  readonly todo: string;
}

/** A mistake that the user can mend: says what was got, what was expected and what to do. Shown without a stack trace. */
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

/** A run that was asked to stop; what was done so far is kept. */
export class StoppedError extends Error {
  constructor(message = "Stopped. The same command resumes from the last checkpoint.") {
    super(message);
    this.name = "StoppedError";
  }
}
