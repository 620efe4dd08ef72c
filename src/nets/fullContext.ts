import { checkInteger, joinVariables, tf, type Rng, type Tensor2D, type Variable } from "../core";
import { disposeVariables } from "./layer";
import { longShortTermMemory, type MemoryCell, type MemoryState } from "./longShortTermMemory";

/** The size of full context embeddings. */
export interface FullContextOptions {
  /** Length of an embedding, at least 1. */
  readonly dim: number;
  /** Times that an image's embedding is refined by looking at the labelled ones, at least 1. */
  readonly steps: number;
}

/** Embeddings that know of the others in their episode. */
export interface FullContext {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Depends on the order of the labelled images. [s,d], [q,d] -> the same shapes */
  apply(support: Tensor2D, query: Tensor2D): { support: Tensor2D; query: Tensor2D };
  dispose(): void;
}

/**
 * Full context embeddings of matching networks: labelled images are read forwards and backwards by two recurrent cells, whose states are added to their
 * embeddings; another cell refines each other image by what it finds among them. That cell starts from the image's own embedding and reads it
 * beside what it found. Variables "forwards.*", "backwards.*" and "query.*".
 * @throws InputError if a size is not a whole number of at least 1
 * @see Vinyals et al. 2016, arXiv:1606.04080, appendices A.1 and A.2
 */
export function fullContext({ dim, steps }: FullContextOptions, rng: Rng): FullContext {
  checkInteger("dim", dim, { min: 1 });
  checkInteger("steps", steps, { min: 1, max: 1000 });
  const forwards = longShortTermMemory(dim, dim, rng.fork("forwards"));
  const backwards = longShortTermMemory(dim, dim, rng.fork("backwards"));
  const asked = longShortTermMemory(2 * dim, dim, rng.fork("query"));
  const variables = joinVariables({ forwards, backwards, query: asked });
  return {
    variables,
    apply: (support, query) => {
      const known = support
        .add(readThrough(forwards, support))
        .add<Tensor2D>(tf.reverse(readThrough(backwards, tf.reverse(support, 0)), 0));
      let state: MemoryState = { hidden: query, cell: tf.zerosLike(query) };
      for (let step = 0; step < steps; step++) {
        const attention = tf.softmax(tf.matMul<Tensor2D>(state.hidden, known, false, true));
        const found = tf.matMul<Tensor2D>(attention, known);
        const next = asked.step(asked.gatesOf(tf.concat2d([query, found], 1)), state);
        state = { hidden: next.hidden.add(query), cell: next.cell };
      }
      return { support: known, query: state.hidden };
    },
    dispose: () => disposeVariables(variables),
  };
}

/** The cell's state after each row, one after the other. [n,d] -> [n,d] */
function readThrough(cell: MemoryCell, rows: Tensor2D): Tensor2D {
  const [n, dim] = rows.shape;
  const gates = tf.split<Tensor2D>(cell.gatesOf(rows), n);
  let state: MemoryState = { hidden: tf.zeros([1, dim]), cell: tf.zeros([1, dim]) };
  const states = gates.map((row) => (state = cell.step(row, state)).hidden);
  return states.length === 1 ? states[0] : tf.concat2d(states, 0);
}
