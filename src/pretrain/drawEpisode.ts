import { checkInteger, InputError, type Rng } from "../core";

/** The size of an episode. */
export interface EpisodeSize {
  /** Classes, at least 2. */
  readonly ways: number;
  /** Labelled images of each class, at least 1. */
  readonly shots: number;
  /** Other images of each class that are to be told, at least 1. */
  readonly queries: number;
}

/** Some classes, and images of them; both lists go class by class, in the order of the classes. */
export interface DrawnEpisode {
  /** Indices of the classes. [ways] */
  readonly classes: Int32Array;
  /** Indices of the labelled images. [ways*shots] */
  readonly support: Int32Array;
  /** Indices of the images to be told. [ways*queries] */
  readonly query: Int32Array;
}

/**
 * The images of each class that has enough of them for an episode.
 * @throws InputError if a size is out of range, or fewer classes than `ways` have enough images
 */
export function classesForEpisodes(
  labels: Int32Array,
  { ways, shots, queries }: EpisodeSize,
  turns = 1,
): Int32Array[] {
  checkInteger("ways", ways, { min: 2 });
  checkInteger("shots", shots, { min: 1 });
  checkInteger("queries", queries, { min: 1 });
  const byClass = new Map<number, number[]>();
  labels.forEach((label, i) => {
    if (label < 0) return;
    const known = byClass.get(label);
    if (known === undefined) byClass.set(label, [i]);
    else known.push(i);
  });
  const enough = Array.from(byClass)
    .sort(([a], [b]) => a - b)
    .filter(([, indices]) => indices.length >= shots + queries)
    .map(([, indices]) => Int32Array.from(indices));
  if (enough.length * turns >= ways) return enough;
  throw new InputError({
    got: `${enough.length} ${enough.length === 1 ? "class" : "classes"} with at least ${shots + queries} labelled images`,
    expected: `at least ${Math.ceil(ways / turns)}, for ${ways} ways with ${shots} shots and ${queries} queries`,
    todo: "Give fewer ways, shots or queries, or more labelled images.",
  });
}

/**
 * Draws classes, and images of each, all without repetition. Each list of images may stand for several classes in a row, as many as `turns`.
 * @see Vinyals et al. 2016, arXiv:1606.04080, section 2.2
 */
export function drawEpisode(
  classes: readonly Int32Array[],
  { ways, shots, queries }: EpisodeSize,
  rng: Rng,
  turns = 1,
): DrawnEpisode {
  const chosen = drawSome(classes.length * turns, ways, rng);
  const support = new Int32Array(ways * shots);
  const query = new Int32Array(ways * queries);
  chosen.forEach((index, way) => {
    const images = classes[Math.floor(index / turns)];
    const drawn = drawSome(images.length, shots + queries, rng).map((i) => images[i]);
    support.set(drawn.subarray(0, shots), way * shots);
    query.set(drawn.subarray(shots), way * queries);
  });
  return { classes: chosen, support, query };
}

/** Some of the numbers from 0 to n-1, each once. */
function drawSome(n: number, count: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(n - i);
    const held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
  return order.subarray(0, count);
}
