import { tf, type HasVariables, type Tensor, type Tensor4D, type Variable } from "../core";

/** A function with weights. The weights are named within the layer; a network puts its own names before them. */
export interface Layer<X extends Tensor, Y extends Tensor = X> extends HasVariables {
  /** `training` uses batch statistics and updates the running ones. */
  apply(x: X, training: boolean): Y;
}

/** A layer from map to map. With `inner`, only layers of this room read what it gives, which then may have brain floats. */
export interface InnerLayer extends Layer<Tensor4D> {
  apply(x: Tensor4D, training: boolean, inner?: boolean): Tensor4D;
}

/** A window that slides over a map. */
export interface SlidingWindow {
  /** Edge of the window in cells. */
  readonly kernel: number;
  readonly stride: number;
  /** Cells that are added before the first. */
  readonly padding: number;
}

/** What a window makes of a map's images, rows and columns. [b,h,w] -> [b,h',w'] */
export function slid(
  [b, h, w]: readonly number[],
  { kernel, stride, padding }: SlidingWindow,
): [number, number, number] {
  const edge = (size: number): number => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return [b, edge(h), edge(w)];
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
