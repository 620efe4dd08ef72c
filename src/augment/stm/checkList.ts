import { InputError } from "../../core";

/** Refuses what plain JavaScript or a plan may give instead of a list. @throws InputError if it is none */
export function checkList(name: string, value: unknown, example: string): void {
  if (Array.isArray(value)) return;
  throw new InputError({
    got: `${name} ${JSON.stringify(value)}`,
    expected: "a list",
    todo: `Write for example ${example}.`,
  });
}
