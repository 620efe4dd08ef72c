import { tf, type Rng, type Tensor, type Tensor2D, type Variable } from "../core";
import { makeVariable } from "./layer";

/** What a cell remembers of each row. */
export interface MemoryState {
  /** [n,d] */
  readonly hidden: Tensor2D;
  /** [n,d] */
  readonly cell: Tensor2D;
}

/** A recurrent cell with its weights, named as PyTorch's. */
export interface MemoryCell {
  readonly variables: ReadonlyMap<string, Variable>;
  /** What inputs add to the gates, for many steps at once. [n,inputs] -> [n,4d] */
  gatesOf(x: Tensor2D): Tensor2D;
  /** One step. [n,4d] and the state before -> the state after */
  step(gates: Tensor2D, before: MemoryState): MemoryState;
}

/**
 * A long short-term memory cell: c' = f c + i tanh(g), h' = o tanh(c'), gates in the order i, f, g, o. Weights are uniform within 1/sqrt(d).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export function longShortTermMemory(inputs: number, dim: number, rng: Rng): MemoryCell {
  const bound = 1 / Math.sqrt(dim);
  const draw = <T extends Tensor>(shape: T["shape"]): Variable & T => {
    const length = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length }, () => rng.between(-bound, bound));
    return makeVariable<T>(values, shape);
  };
  const fromInput = draw<Tensor2D>([4 * dim, inputs]);
  const fromHidden = draw<Tensor2D>([4 * dim, dim]);
  const inputBias = draw([4 * dim]);
  const hiddenBias = draw([4 * dim]);
  return {
    variables: new Map<string, Variable>([
      ["weight_ih", fromInput],
      ["weight_hh", fromHidden],
      ["bias_ih", inputBias],
      ["bias_hh", hiddenBias],
    ]),
    gatesOf: (x) =>
      tf.matMul<Tensor2D>(x, fromInput, false, true).add(inputBias).add<Tensor2D>(hiddenBias),
    step: (gates, { hidden, cell }) => {
      const all = gates.add<Tensor2D>(tf.matMul(hidden, fromHidden, false, true));
      const [input, forget, candidate, output] = tf.split<Tensor2D>(all, 4, 1);
      const next = tf
        .sigmoid(forget)
        .mul(cell)
        .add<Tensor2D>(tf.sigmoid(input).mul(tf.tanh(candidate)));
      return { hidden: tf.sigmoid(output).mul<Tensor2D>(tf.tanh(next)), cell: next };
    },
  };
}
