import { InputError } from "../core";
import { kernelHost } from "./host";

/** How a question is asked. */
export interface AskOptions {
  /** Does not show what is typed. @default false */
  readonly password?: boolean;
}

/**
 * Asks the person in front of the notebook and gives the line that is typed.
 * @throws InputError outside a notebook, or where a program runs it and nobody can answer
 */
export async function ask(
  question: string,
  { password = false }: AskOptions = {},
): Promise<string> {
  const host = kernelHost();
  if (host === undefined || !host.interactive)
    throw new InputError({
      got: `the question "${question}" where nobody can answer`,
      expected: "a notebook that is open in front of somebody",
      todo: "Give the value in the code.",
    });
  return host.ask(question, { password });
}
