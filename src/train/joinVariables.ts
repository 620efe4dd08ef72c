import type { Variable } from "../core";

/** One list of the variables of several parts, each named "part.name". */
export function joinVariables(
  parts: Readonly<Record<string, ReadonlyMap<string, Variable>>>,
): Map<string, Variable> {
  return new Map(
    Object.entries(parts).flatMap(([part, variables]) =>
      Array.from(variables, ([name, variable]) => [`${part}.${name}`, variable] as const),
    ),
  );
}
