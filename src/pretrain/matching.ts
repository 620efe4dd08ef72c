import { define, option, type OptionTable, type Pretrain } from "../core";
import { matching as loss } from "../losses";
import { fullContext, type Comparison } from "../nets";
import { episodic, episodicOptions, type EpisodicOptions } from "./episodic";

/** Options of a matching network. */
export interface MatchingOptions extends EpisodicOptions {
  /** Divides the cosines in training, above 0; `classify.matching` takes 1. A smaller one learns sooner. @default 1, the paper's */
  readonly temperature?: number;
  /** Whether embeddings know of the others in their episode; then for `classify.matching({ fullContext: true })`. @default false */
  readonly fullContext?: boolean;
  /** With full context: times that an image looks at the labelled ones, at least 1. @default 5 */
  readonly contextSteps?: number;
}

const definition = define("matching", 1, {
  ...episodicOptions(),
  temperature: option.positive({ default: 1 }),
  fullContext: option.flag({ default: false }),
  contextSteps: option.count({ default: 5 }),
} satisfies OptionTable<MatchingOptions>);

/**
 * A matching network: attention over the labelled images, the softmax of cosines, shall fall on those of an image's own class.
 * @throws InputError as every training by episodes
 * @see Vinyals et al. 2016, arXiv:1606.04080
 */
export function matching(given: MatchingOptions): Pretrain {
  const resolved = definition.resolve(given);
  const { temperature, contextSteps } = resolved.options;
  return episodic({
    task: "matching network",
    ...resolved,
    build: ({ dim }, rng) => {
      if (!resolved.options.fullContext)
        return { loss: (support, query, { ways }) => loss(support, query, { ways, temperature }) };
      const context = fullContext({ dim, steps: contextSteps }, rng.fork("context"));
      const comparison: Comparison = {
        spec: { fullContext: { steps: contextSteps } },
        fullContext: context,
      };
      return {
        comparison,
        loss: (support, query, { ways }) => {
          const seen = context.apply(support, query);
          return loss(seen.support, seen.query, { ways, temperature });
        },
      };
    },
  });
}
matching.definition = definition;
