import { checkInteger, tf, type Pretrain, type Tensor2D } from "../core";
import { relation as loss } from "../losses";
import { relationModule, type Comparison } from "../nets";
import { episodic, type EpisodicOptions } from "./episodic";

/** Everything a relation network may be told. */
export interface RelationOptions extends EpisodicOptions {
  /** Width of the layers that compare two embeddings, at least 1. @default 64 */
  readonly hiddenDim?: number;
}

/**
 * A relation network: a small network learns to tell from two embeddings whether they belong together; a class is the mean of its labelled images (the
 * paper's sum, where the number may vary). For `classify.relation`, which finds the small network in the encoder.
 * @throws InputError as every training by episodes
 * @see Sung et al. 2018, arXiv:1711.06025
 */
export function relation(options: RelationOptions): Pretrain {
  const { hiddenDim = 64 } = options;
  checkInteger("hiddenDim", hiddenDim, { min: 1 });
  return episodic({
    task: "relation network",
    options,
    build: ({ dim }, rng) => {
      const compare = relationModule({ dim, hiddenDim }, rng.fork("relation"));
      const comparison: Comparison = { spec: { relation: { hiddenDim } }, relation: compare };
      return {
        comparison,
        loss: (support, query, { ways, shots }) => {
          const classes: Tensor2D =
            shots === 1 ? support : tf.mean(support.reshape([ways, shots, dim]), 1);
          return loss(compare.apply(classes, query, true), { ways });
        },
      };
    },
  });
}
