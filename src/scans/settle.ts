import { InputError, nearestName } from "../core";

/** A value that an option of a step can have; all of them can be written into the history. */
export type OptionValue = number | string | boolean | readonly number[] | undefined;

/**
 * Fills options up with their defaults. A default also tells which kind of value an option takes; one without a default
 * takes a number.
 * @throws InputError for an option that the step does not have, or a value of another kind
 */
export function settle<O extends object, D extends object>(
  step: string,
  options: O,
  defaults: D,
): D & O {
  const known = defaults as Readonly<Record<string, OptionValue>>;
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(known, key)) {
      const near = nearestName(key, Object.keys(known));
      throw new InputError({
        got: `option "${key}" of ${step}`,
        expected: `one of ${Object.keys(known).join(", ")}`,
        todo: near === undefined ? "Leave it out." : `Did you mean "${near}"?`,
      });
    }
    // A channel has a name and a number.
    const numbered = key === "channel" && typeof value === "number";
    if (value !== undefined && !numbered && !alike(value, known[key])) {
      throw new InputError({
        got: `${key} ${JSON.stringify(value)} of ${step}`,
        expected: `a value like ${JSON.stringify(known[key] ?? 1)}`,
        todo: `Change ${key}.`,
      });
    }
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as D & O;
}

function alike(value: unknown, like: OptionValue): boolean {
  if (Array.isArray(like)) {
    return Array.isArray(value) && value.every((item) => typeof item === "number");
  }
  return typeof value === (like === undefined ? "number" : typeof like);
}
