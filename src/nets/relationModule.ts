import { checkInteger, tf, type Rng, type Tensor2D, type Variable } from "../core";
import { projector } from "./projector";

/** The size of a relation module. */
export interface RelationModuleOptions {
  /** Length of an embedding, at least 1. */
  readonly dim: number;
  /** Width of the two layers between, at least 1. */
  readonly hiddenDim: number;
}

/** A learnt comparison of embeddings. */
export interface RelationModule {
  readonly variables: ReadonlyMap<string, Variable>;
  /** How much each query belongs to each class, before the sigmoid. [ways,d], [q,d] -> [q,ways] */
  apply(classes: Tensor2D, query: Tensor2D, training: boolean): Tensor2D;
  dispose(): void;
}

/**
 * A relation module: three linear layers, with batch norm and ReLU between, on the embedding of a class beside that of a query. (The paper's has two
 * convolutions before two such layers, as it works on feature maps; here an encoder gives vectors.)
 * @throws InputError if a size is not a whole number of at least 1
 * @see Sung et al. 2018, arXiv:1711.06025, section 3.4
 */
export function relationModule(
  { dim, hiddenDim }: RelationModuleOptions,
  rng: Rng,
): RelationModule {
  checkInteger("dim", dim, { min: 1 });
  const head = projector(
    { inputDim: 2 * dim, hiddenDim, outputDim: 1, layers: 3, finalNorm: false },
    rng,
  );
  return {
    variables: head.variables,
    apply: (classes, query, training) => {
      const [ways, q] = [classes.shape[0], query.shape[0]];
      const pairs = tf.concat(
        [
          classes.reshape([1, ways, dim]).tile([q, 1, 1]),
          query.reshape([q, 1, dim]).tile([1, ways, 1]),
        ],
        2,
      );
      return head.apply(pairs.reshape([q * ways, 2 * dim]), training).reshape([q, ways]);
    },
    dispose: () => head.dispose(),
  };
}
