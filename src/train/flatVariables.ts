import {
  hasOwnKernels,
  joinTensors,
  partLike,
  tf,
  type Tensor,
  type Tensor1D,
  type Variable,
} from "../core";
import { zeros } from "./zeros";

/** Many variables seen as one long vector: an update then is a few operations, not a few for each of a hundred tensors. */
export interface FlatVariables {
  /** Values of all variables together. */
  readonly size: number;
  /** The variables' values now, which the caller must not dispose. [size] */
  readonly values: () => Tensor1D;
  /** Joins the tensors of these names, which have the variables' shapes. [size] */
  readonly join: (tensors: ReadonlyMap<string, Tensor>) => Tensor1D;
  /** The tensors of these names in the variables' order. */
  readonly inOrder: (tensors: ReadonlyMap<string, Tensor>) => Tensor[];
  /** Sets each variable to its part, which is made unless it is given. [size] */
  readonly assign: (values: Tensor1D, parts?: readonly Tensor[]) => void;
  /** What is given for each variable, repeated for each of its values. [size] */
  readonly repeat: (value: (variable: Variable) => number) => Float32Array;
  /** The values that were assigned last. [size] */
  readonly joined: Variable;
  /** Whether these still are the variables' values. */
  readonly unchanged: () => boolean;
  /** To be called after `joined` and the variables were assigned what belongs together. */
  readonly adopt: () => void;
  readonly dispose: () => void;
}

/** Sees variables as one vector, in their order. */
export function flatVariables(variables: ReadonlyMap<string, Variable>): FlatVariables {
  const names = [...variables.keys()];
  const list = [...variables.values()];
  const sizes = list.map((variable) => variable.size);
  const size = sizes.reduce((sum, n) => sum + n, 0);
  // What was assigned last, and where its parts lie: as long as no one else has changed a variable, nothing is joined.
  const joined = zeros(size);
  let parts: object[] = [];
  const unchanged = (): boolean => list.every((variable, i) => variable.dataId === parts[i]);
  const adopt = (): void => {
    parts = list.map((variable) => variable.dataId);
  };
  const inOrder = (tensors: ReadonlyMap<string, Tensor>): Tensor[] =>
    names.map((name) => tensors.get(name) as Tensor);
  const join = (tensors: ReadonlyMap<string, Tensor>): Tensor1D => {
    const all = inOrder(tensors);
    // One call, in place of one for each tensor and one that wakes as many threads as there are tensors.
    if (hasOwnKernels()) return joinTensors(all);
    return tf.concat1d(
      all.map((tensor) => (tensor.rank === 1 ? (tensor as Tensor1D) : tensor.flatten())),
    );
  };
  const parted = (values: Tensor1D): Tensor[] => {
    if (hasOwnKernels()) return partLike(values, list);
    return tf
      .split(values, sizes)
      .map((part, i) => (list[i].rank === 1 ? part : part.reshape(list[i].shape)));
  };
  return {
    size,
    inOrder,
    join,
    values: () => (unchanged() ? joined : join(variables)),
    assign: (values, given) => {
      joined.assign(values);
      tf.tidy(() => {
        const parts = given ?? parted(values);
        list.forEach((variable, i) => variable.assign(parts[i]));
      });
      adopt();
    },
    joined,
    unchanged,
    adopt,
    repeat: (value) => {
      const out = new Float32Array(size);
      let from = 0;
      for (const variable of list) {
        out.fill(value(variable), from, from + variable.size);
        from += variable.size;
      }
      return out;
    },
    dispose: () => joined.dispose(),
  };
}

/** What an optimiser that moves its variables by this vector says of its steps. */
export function followedBy(flat: FlatVariables): {
  readonly memory: readonly Variable[];
  readonly usual: () => boolean;
  readonly assigned: () => void;
} {
  return { memory: [flat.joined], usual: flat.unchanged, assigned: flat.adopt };
}
