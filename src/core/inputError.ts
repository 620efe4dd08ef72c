/** The three parts of a message that a user can act on. */
export interface InputErrorParts {
  /** What was given, quoted as given. */
  readonly got: string;
  /** What would have been right; lists name the valid values. */
  readonly expected: string;
  /** What to do now. */
  readonly todo: string;
  /** The option that is wrong, where it is one; `got` begins with it. */
  readonly option?: string | undefined;
}

/** A mistake that the user can mend: says what was got, what was expected and what to do. Shown without a stack trace. */
export class InputError extends Error {
  readonly got: string;
  readonly expected: string;
  readonly todo: string;
  readonly option: string | undefined;

  constructor(parts: InputErrorParts, options?: { cause?: unknown }) {
    super(`Got ${parts.got}. Expected ${parts.expected}. ${parts.todo}`, options);
    this.name = "InputError";
    this.got = parts.got;
    this.expected = parts.expected;
    this.todo = parts.todo;
    this.option = parts.option;
  }

  /** The same mistake, told with the place that it was made in, for example "methods[3].pretrain.simclr". */
  at(place: string): InputError {
    const { got, expected, todo, option } = this;
    if (option === undefined)
      return new InputError({ got: `${got} in ${place}`, expected, todo }, { cause: this });
    const whole = `${place}.${option}`;
    const parts = {
      option: whole,
      got: got.replace(option, () => whole),
      expected,
      todo: todo === `Change ${option}.` ? `Change ${whole}.` : todo,
    };
    return new InputError(parts, { cause: this });
  }
}

/** Does something whose mistakes are told with the place they were made in. */
export function inPlace<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InputError ? error.at(place) : error;
  }
}

/** A run that was asked to stop; what was done so far is kept. */
export class StoppedError extends Error {
  constructor(message = "Stopped. The same command resumes from the last checkpoint.") {
    super(message);
    this.name = "StoppedError";
  }
}
