import { checkInteger, InputError, type Rng } from "../core";
import { meanInterval, type MeanInterval } from "../metrics";
import { classesForEpisodes, drawEpisode } from "../pretrain";

/** Embeddings of labelled images, as `nets.embedImages` gives them. */
export interface StoredEmbeddings {
  /** Row-major, [n*d]. */
  readonly features: Float32Array;
  /** n; class indices, or -1 for images that take no part. */
  readonly labels: Int32Array;
  /** Length of an embedding, d. */
  readonly dim: number;
}

/** What a head is asked: embeddings row-major, class by class. */
export interface Episode {
  /** [ways*shots*d] */
  readonly support: Float32Array;
  /** [ways*queries*d]; a head must not make use of their order. */
  readonly query: Float32Array;
  readonly ways: number;
  readonly shots: number;
  readonly queries: number;
  readonly dim: number;
  /** For heads that draw. */
  readonly rng: Rng;
}

/** Tells the queries of an episode: the number of a class, from 0 to ways-1, for each. [ways*queries] */
export type EpisodeHead = (episode: Episode) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** Which episodes are drawn, and what tells them. */
export interface EpisodesOptions {
  /** What tells the queries, for example `study.episodeHead.prototypes()`. */
  readonly head: EpisodeHead;
  readonly rng: Rng;
  /** Classes in an episode, at least 2. @default 5 */
  readonly ways?: number;
  /** Labelled images of each class. @default 1 */
  readonly shots?: number;
  /** Images of each class to be told. @default 15 */
  readonly queries?: number;
  /** @default 1000 */
  readonly episodes?: number;
}

/** How many queries were told right, as shares. */
export interface EpisodesOutcome {
  /** Share of queries told right, over all episodes and trainings. */
  readonly mean: number;
  /** 95 % t-interval over episodes, each with its mean over trainings: how well these episodes stand for all of the same classes. */
  readonly overEpisodes: MeanInterval;
  /** 95 % t-interval over trainings, each with its mean over episodes; there if several were given. It is the one to tell two methods apart by. */
  readonly overTrainings?: MeanInterval;
  /** For each training, its accuracy in each episode. */
  readonly accuracies: readonly Float64Array[];
}

/** Episodes after which others get their turn. */
const atOnce = 100;

/**
 * Few-shot accuracy on stored embeddings: draws n-way k-shot episodes and asks a head. Several trainings, with embeddings of the same images, are asked
 * about the same episodes. The classes should be such that training did not know. The interval over episodes of one training says nothing of how
 * much another training would differ.
 * @throws InputError if there are too few classes or images, the trainings differ in their images, or a head's answer is none
 * @see Chen et al. 2019, arXiv:1904.04232, section 4.2
 */
export async function episodes(
  embeddings: StoredEmbeddings | readonly StoredEmbeddings[],
  options: EpisodesOptions,
): Promise<EpisodesOutcome> {
  const { head, rng, ways = 5, shots = 1, queries = 15, episodes: count = 1000 } = options;
  checkInteger("episodes", count, { min: 1 });
  const trainings = "features" in embeddings ? [embeddings] : embeddings;
  checkTrainings(trainings);
  const size = { ways, shots, queries };
  const classes = classesForEpisodes(trainings[0].labels, size);
  const accuracies = trainings.map(() => new Float64Array(count));
  for (let e = 0; e < count; e++) {
    const own = rng.fork(`episode ${e}`);
    const drawn = drawEpisode(classes, size, own);
    for (const [t, { features, dim }] of trainings.entries()) {
      const support = gather(features, drawn.support, dim);
      const query = gather(features, drawn.query, dim);
      const asked = head({ support, query, ...size, dim, rng: own.fork(`training ${t}`) });
      const told = asked instanceof Promise ? await asked : asked;
      accuracies[t][e] = shareRight(told, ways, queries);
    }
    if (e % atOnce === atOnce - 1) await new Promise(setImmediate);
  }
  const perEpisode = Float64Array.from({ length: count }, (_, e) =>
    accuracies.reduce((sum, own) => sum + own[e] / accuracies.length, 0),
  );
  const overEpisodes = meanInterval(perEpisode);
  const means = accuracies.map((own) => meanInterval(own).mean);
  return {
    mean: overEpisodes.mean,
    overEpisodes,
    ...(means.length > 1 ? { overTrainings: meanInterval(means) } : {}),
    accuracies,
  };
}

function gather(features: Float32Array, indices: Int32Array, dim: number): Float32Array {
  const rows = new Float32Array(indices.length * dim);
  indices.forEach((index, i) =>
    rows.set(features.subarray(index * dim, (index + 1) * dim), i * dim),
  );
  return rows;
}

function shareRight(told: ArrayLike<number>, ways: number, queries: number): number {
  if (told.length !== ways * queries) {
    throw new InputError({
      got: `${told.length} answers of a head to ${ways * queries} queries`,
      expected: "one for each",
      todo: "Give the number of a class for each query.",
    });
  }
  let right = 0;
  for (let i = 0; i < told.length; i++) {
    checkInteger("answer of a head", told[i], { min: 0, max: ways - 1 });
    if (told[i] === Math.floor(i / queries)) right++;
  }
  return right / told.length;
}

function checkTrainings(trainings: readonly StoredEmbeddings[]): void {
  if (trainings.length === 0) {
    throw new InputError({
      got: "no embeddings",
      expected: "those of at least one training",
      todo: "Embed the images with nets.embedImages.",
    });
  }
  for (const { features, labels, dim } of trainings) {
    checkInteger("dim", dim, { min: 1 });
    if (features.length !== labels.length * dim) {
      throw new InputError({
        got: `${features.length} values for ${labels.length} labels and embeddings of length ${dim}`,
        expected: `${labels.length * dim}`,
        todo: "Give the labels of the embedded images, and the encoder's dim.",
      });
    }
    const wrong = features.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new InputError({
        got: `an embedding with ${features[wrong]} in it, of image ${Math.floor(wrong / dim) + 1} of ${labels.length}`,
        expected: "finite numbers",
        todo: "Look for missing or huge values in that image, or leave it out.",
      });
    }
    const differs = labels.findIndex((label, i) => label !== trainings[0].labels[i]);
    if (differs >= 0 || labels.length !== trainings[0].labels.length) {
      throw new InputError({
        got: "trainings whose labels differ",
        expected: "embeddings of the same images in the same order",
        todo: "Embed one set with every training's encoder.",
      });
    }
  }
}
