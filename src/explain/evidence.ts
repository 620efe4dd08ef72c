import { columnMeans, InputError, tf, type ImageSet, type Tensor4D } from "../core";
import { cellMap, type CellMap } from "./cells";
import { targetShares, type Head, type Target } from "./head";
import { lastStage, targetsFor, type Explained } from "./model";

/** Where a score comes from, exactly: its cells and the rest add up to it. */
export interface Evidence {
  readonly map: CellMap;
  /** What no cell has part in: intercepts. */
  readonly rest: number;
  /** The target's score, the sum of both. */
  readonly score: number;
}

/** What evidence is taken against. */
export interface EvidenceOptions {
  /** The same images with the crystal in place of the feature: maps are then what the feature changes, and add up to the difference of the scores. */
  readonly clean?: ImageSet;
}

const batch = 128;

/**
 * The exact evidence for a class in each cell of the last map, in units of the score. The embedding is the mean over the cells, so that a score that is linear in
 * it, or its cosine with a vector, is a sum over cells. n images -> n maps
 * @param targets one for all images, or one for each
 * @throws InputError if the network does not average its last map, or the sets differ in size
 * @see Zhou et al. 2016, arXiv:1512.04150
 */
export function evidence(
  { maps, head }: Explained,
  images: ImageSet,
  targets: Target | readonly Target[],
  { clean }: EvidenceOptions = {},
): Evidence[] {
  if (!maps.averaged) {
    throw new InputError({
      got: "a network that flattens its last map",
      expected: 'one that averages it, such as a ResNet, or conv4 with pool "average"',
      todo: "Choose another encoder, or use integrated gradients.",
    });
  }
  if (clean !== undefined && clean.ids.length !== images.ids.length) {
    throw new InputError({
      got: `${clean.ids.length} clean images for ${images.ids.length}`,
      expected: "one for each",
      todo: "Make them with cleanImages.",
    });
  }
  const list = targetsFor(targets, images.ids.length);
  const own = mapsOf({ maps, head }, images, list);
  if (clean === undefined) return own;
  const without = mapsOf({ maps, head }, clean, list);
  return own.map((one, i) => {
    const other = without[i];
    const values = one.map.values.map((value, u) => value - other.map.values[u]);
    return {
      map: { ...one.map, values },
      rest: one.rest - other.rest,
      score: one.score - other.score,
    };
  });
}

function mapsOf(
  { maps, head }: Explained,
  images: ImageSet,
  targets: readonly Target[],
): Evidence[] {
  const stage = lastStage(maps);
  const out: Evidence[] = [];
  for (let from = 0; from < images.ids.length; from += batch) {
    const indices = Array.from({ length: Math.min(batch, images.ids.length - from) }, (_, i) => from + i); // prettier-ignore
    const last = tf.tidy((): Tensor4D => {
      const values = images.pixels.read(indices);
      return maps.upTo(tf.tensor4d(values, [indices.length, ...images.shape]), stage);
    });
    const [, rows, columns, dim] = last.shape;
    const values = last.dataSync<"float32">();
    last.dispose();
    const size = rows * columns * dim;
    indices.forEach((index, i) => {
      const cells = values.subarray(i * size, (i + 1) * size);
      const found = cellSums(head, cells, targets[index]);
      const score = found.values.reduce((sum, value) => sum + value, found.rest);
      out.push({ map: cellMap(found.values, [rows, columns], maps.stages[stage]), rest: found.rest, score }); // prettier-ignore
    });
  }
  return out;
}

/** What each cell adds to the target's score. [cells*dim] -> [cells] */
function cellSums(
  head: Head,
  cells: Float32Array,
  target: Target,
): { readonly values: Float64Array; readonly rest: number } {
  const { dim, classes } = head;
  const n = cells.length / dim;
  const shares = targetShares(target, classes);
  const direction = new Float64Array(dim);
  let [rest, perCell] = [0, 0];
  if (head.kind === "linear") {
    shares.forEach((share, c) => {
      rest += share * head.bias[c];
      for (let j = 0; j < dim; j++) direction[j] += share * head.weights[c * dim + j];
    });
  } else {
    const mean = columnMeans(cells, dim);
    const length = Math.hypot(...mean.map((value, j) => value - head.centre[j]));
    shares.forEach((share, c) => {
      const point = head.points.subarray(c * dim, (c + 1) * dim);
      const norm = length * Math.hypot(...point);
      if (norm === 0) return;
      for (let j = 0; j < dim; j++) direction[j] += (share * head.scale * point[j]) / norm;
    });
    for (let j = 0; j < dim; j++) perCell -= (direction[j] * head.centre[j]) / n;
  }
  const values = new Float64Array(n);
  for (let u = 0; u < n; u++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += direction[j] * cells[u * dim + j];
    values[u] = sum / n + perCell;
  }
  return { values, rest };
}

/** Where two images are alike: what each pair of cells adds to the cosine of their embeddings. */
export interface Likeness {
  /** Over the first image: sums over the cells of the second. */
  readonly first: CellMap;
  readonly second: CellMap;
  readonly cosine: number;
}

/**
 * The exact shares of cells in the cosine of two embeddings. Two images -> two maps
 * @throws InputError if the network does not average its last map
 * @see Stylianou, Souvenir & Pless 2019, arXiv:1901.00536
 */
export function likeness(
  model: Explained,
  images: ImageSet,
  [a, b]: readonly [first: number, second: number],
): Likeness {
  const { maps } = model;
  const stage = lastStage(maps);
  const last = tf.tidy((): Tensor4D => {
    const values = images.pixels.read([a, b]);
    return maps.upTo(tf.tensor4d(values, [2, ...images.shape]), stage);
  });
  const [, rows, columns, dim] = last.shape;
  const values = last.dataSync<"float32">();
  last.dispose();
  const n = rows * columns;
  const means = [0, 1].map((k) =>
    Float64Array.from({ length: dim }, (_, j) => {
      let sum = 0;
      for (let u = 0; u < n; u++) sum += values[(k * n + u) * dim + j] / n;
      return sum;
    }),
  );
  const norm = Math.hypot(...means[0]) * Math.hypot(...means[1]) || 1;
  const along = (k: number): CellMap => {
    const cells = Float64Array.from({ length: n }, (_, u) => {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += values[(k * n + u) * dim + j] * means[1 - k][j];
      return sum / (n * norm);
    });
    return cellMap(cells, [rows, columns], maps.stages[stage]);
  };
  const first = along(0);
  return { first, second: along(1), cosine: first.values.reduce((sum, v) => sum + v, 0) };
}
