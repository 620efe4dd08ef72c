import { tf, type Tensor, type Variable } from "../core";

/** A function with weights. The weights are named within the layer; a network puts its own names before them. */
export interface Layer<X extends Tensor, Y extends Tensor = X> {
  readonly variables: ReadonlyMap<string, Variable>;
  /** `training` uses batch statistics and updates the running ones. */
  apply(x: X, training: boolean): Y;
}

/** The variables of several layers, each named "part.name". */
export function collectVariables(
  parts: Readonly<Record<string, { readonly variables: ReadonlyMap<string, Variable> }>>,
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
export function trainableVariables(of: {
  readonly variables: ReadonlyMap<string, Variable>;
}): ReadonlyMap<string, Variable> {
  return new Map(Array.from(of.variables).filter(([, variable]) => variable.trainable));
}

/** Frees the memory of variables. */
export function disposeVariables(variables: ReadonlyMap<string, Variable>): void {
  for (const variable of variables.values()) variable.dispose();
}

/** A variable that starts with these values, of the rank that its shape has; `trainable` is false for statistics. */
export function makeVariable<T extends Tensor>(
  values: Float32Array,
  shape: T["shape"],
  trainable = true,
): Variable & T {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape), trainable)) as Variable & T;
}
