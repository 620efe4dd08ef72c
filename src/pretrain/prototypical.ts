import { define, type OptionTable, type Pretrain } from "../core";
import { prototypical as loss } from "../losses";
import { episodic, episodicOptions, type EpisodicOptions } from "./episodic";

/** Options of a prototypical network. */
export type PrototypicalOptions = EpisodicOptions;

const definition = define("prototypical", 1, {
  ...episodicOptions(),
} satisfies OptionTable<EpisodicOptions>);

/**
 * A prototypical network: images shall be nearest, by squared Euclidean distance, to the mean of their own class's labelled images. For
 * `classify.prototypes`.
 * @throws InputError as every training by episodes
 * @see Snell et al. 2017, arXiv:1703.05175
 */
export function prototypical(given: PrototypicalOptions): Pretrain {
  return episodic({
    task: "prototypical network",
    ...definition.resolve(given),
    build: () => ({ loss: (support, query, { ways }) => loss(support, query, { ways }) }),
  });
}
prototypical.definition = definition;
