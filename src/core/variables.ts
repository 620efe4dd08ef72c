import type { Variable } from "./backend";

/** Anything with weights, running statistics or the like. */
export interface HasVariables {
  /** By stable name, in a stable order. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** The variables of several parts, each named "part.name". */
export function joinVariables(
  parts: Readonly<Record<string, HasVariables>>,
): Map<string, Variable> {
  return new Map(
    Object.entries(parts).flatMap(([part, { variables }]) =>
      Array.from(variables, ([name, variable]) => [`${part}.${name}`, variable] as const),
    ),
  );
}

/**
 * The variables that training changes by gradients: all but running statistics and the input's mean and spread. Same
 * names, same order.
 */
export function trainableVariables({ variables }: HasVariables): Map<string, Variable> {
  return new Map(Array.from(variables).filter(([, variable]) => variable.trainable));
}
