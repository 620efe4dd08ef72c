import { tf, type Tensor, type Tensor1D, type Variable } from "../core";

/** Many variables seen as one long vector: an update then is a few operations, not a few for each of a hundred tensors. */
export interface FlatVariables {
  /** Values of all variables together. */
  readonly size: number;
  /** Joins the tensors of these names, which have the variables' shapes. [size] */
  readonly join: (tensors: ReadonlyMap<string, Tensor>) => Tensor1D;
  /** Sets each variable to its part. [size] */
  readonly assign: (values: Tensor1D) => void;
  /** What is given for each variable, repeated for each of its values. [size] */
  readonly spread: (value: (variable: Variable) => number) => Float32Array;
}

/** Sees variables as one vector, in their order. */
export function flatVariables(variables: ReadonlyMap<string, Variable>): FlatVariables {
  const names = [...variables.keys()];
  const list = [...variables.values()];
  const sizes = list.map((variable) => variable.size);
  const size = sizes.reduce((sum, n) => sum + n, 0);
  return {
    size,
    join: (tensors) => tf.concat1d(names.map((name) => (tensors.get(name) as Tensor).flatten())),
    assign: (values) =>
      tf.tidy(() => {
        const parts = tf.split(values, sizes);
        list.forEach((variable, i) => variable.assign(parts[i].reshape(variable.shape)));
      }),
    spread: (value) => {
      const out = new Float32Array(size);
      let from = 0;
      for (const variable of list) {
        out.fill(value(variable), from, from + variable.size);
        from += variable.size;
      }
      return out;
    },
  };
}
