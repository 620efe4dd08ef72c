import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { relation as loss } from "../losses";
import { relationModule, type Comparison } from "../nets";
import { episodic, episodicOptions, type EpisodicOptions } from "./episodic";

/** Options of a relation network. */
export interface RelationOptions extends EpisodicOptions {
  /** Width of the layers that compare two embeddings, at least 1. @default 64 */
  readonly hiddenDim?: number;
}

const definition = define("relation", 1, {
  ...episodicOptions(),
  hiddenDim: option.count({ default: 64 }),
} satisfies OptionTable<RelationOptions>);

/**
 * A relation network: a small network learns to tell from two embeddings whether they belong together; a class is the mean of its labelled images (the
 * paper's sum, where the number may vary). For `classify.relation`, which finds the small network in the encoder.
 * @throws InputError as every training by episodes
 * @see Sung et al. 2018, arXiv:1711.06025
 */
export function relation(given: RelationOptions): Pretrain {
  const resolved = definition.resolve(given);
  const { hiddenDim } = resolved.options;
  return episodic({
    task: "relation network",
    ...resolved,
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
relation.definition = definition;
