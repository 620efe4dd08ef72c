import type { Pretrain } from "../core";
import { prototypical as loss } from "../losses";
import { episodic, type EpisodicOptions } from "./episodic";

/** Everything a prototypical network may be told. */
export type PrototypicalOptions = EpisodicOptions;

/**
 * A prototypical network: images shall be nearest, by squared Euclidean distance, to the mean of their own class's labelled images. For
 * `classify.prototypes`.
 * @throws InputError as every training by episodes
 * @see Snell et al. 2017, arXiv:1703.05175
 */
export function prototypical(options: PrototypicalOptions): Pretrain {
  return episodic({
    task: "prototypical network",
    options,
    build: () => ({ loss: (support, query, { ways }) => loss(support, query, { ways }) }),
  });
}
