import {
  checkInteger,
  InputError,
  UNLABELLED,
  type Classify,
  type FitRows,
  type Rng,
} from "../core";
import { argmaxRows, meanInterval, type MeanInterval } from "../metrics";
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

/** Which episodes are drawn, and what tells them. */
export interface EpisodesOptions {
  /** What learns from the labelled images of each episode and tells the others, for example `classify.prototypes()`; one that needs embeddings only. */
  readonly classify: Classify;
  /** Whether it may look at the queries, without their labels, before it tells them. @default false */
  readonly transductive?: boolean;
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
 * Few-shot accuracy on stored embeddings: draws n-way k-shot episodes and asks a classifier. Several trainings, with embeddings of the same images, are asked
 * about the same episodes. The classes should be such that training did not know. The interval over episodes of one training says nothing of how
 * much another training would differ.
 * @throws InputError if there are too few classes or images, the trainings differ in their images, or the classifier needs images
 * @see Chen et al. 2019, arXiv:1904.04232, section 4.2
 */
export async function episodes(
  embeddings: StoredEmbeddings | readonly StoredEmbeddings[],
  options: EpisodesOptions,
): Promise<EpisodesOutcome> {
  const { rng, ways = 5, shots = 1, queries = 15, episodes: count = 1000 } = options;
  const { transductive = false } = options;
  const fit = rowsOf(options.classify);
  checkInteger("episodes", count, { min: 1 });
  const trainings = "features" in embeddings ? [embeddings] : embeddings;
  checkTrainings(trainings);
  const size = { ways, shots, queries };
  const classes = classesForEpisodes(trainings[0].labels, size);
  const classNames = Array.from({ length: ways }, (_, way) => `class ${way + 1}`);
  // The labelled ones first, class by class, then those to be told.
  const labels = Int32Array.from(
    { length: ways * (shots + (transductive ? queries : 0)) },
    (_, i) => (i < ways * shots ? Math.floor(i / shots) : UNLABELLED),
  );
  const accuracies = trainings.map(() => new Float64Array(count));
  for (let e = 0; e < count; e++) {
    const own = rng.fork(`episode ${e}`);
    const drawn = drawEpisode(classes, size, own);
    for (const [t, { features, dim }] of trainings.entries()) {
      const seen = transductive ? [...drawn.support, ...drawn.query] : drawn.support;
      const rows = { features: gather(features, seen, dim), labels, dim, classNames };
      const predict = await fit(rows, own.fork(`training ${t}`));
      const told = argmaxRows(predict(gather(features, drawn.query, dim)), ways);
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

/** What learns from embeddings. @throws InputError if a classifier needs images */
function rowsOf({ fit }: Classify): FitRows {
  if (fit !== undefined) return fit;
  throw new InputError({
    got: "a classifier that trains on images",
    expected: "one that needs embeddings only, such as classify.prototypes()",
    todo: "Choose another classifier.",
  });
}

function gather(features: Float32Array, indices: ArrayLike<number>, dim: number): Float32Array {
  const rows = new Float32Array(indices.length * dim);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * dim;
    rows.set(features.subarray(from, from + dim), i * dim);
  }
  return rows;
}

/** Queries stand class by class. */
function shareRight(told: ArrayLike<number>, ways: number, queries: number): number {
  if (told.length !== ways * queries) {
    throw new InputError({
      got: `${told.length} answers to ${ways * queries} queries`,
      expected: "one for each",
      todo: "Give the probability of each class for each query.",
    });
  }
  let right = 0;
  for (let i = 0; i < told.length; i++) if (told[i] === Math.floor(i / queries)) right++;
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
