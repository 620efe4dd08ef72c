import {
  floatsToFill,
  InputError,
  labelledIndices,
  subset,
  type Encoder,
  type ImageSet,
  type LabelledRows,
} from "../core";
import { embedImages } from "../nets";

/** Rows that all have a label. */
export interface KnownRows extends LabelledRows {
  /** How many classes there are. */
  readonly classes: number;
}

/**
 * The images of a set whose labels are known.
 * @throws InputError if there is none
 */
export function onlyLabelled(train: ImageSet): ImageSet {
  const labelled = labelledIndices(train);
  if (labelled.length === 0) throw noLabel(`"${train.name}"`);
  return subset(train, labelled);
}

/**
 * The rows whose labels are known; the features themselves, not a copy, where all are.
 * @throws InputError if there is none
 */
export function knownRows(rows: LabelledRows): KnownRows {
  const { features, labels, dim, classNames } = rows;
  const chosen = Int32Array.from(labels.keys()).filter((i) => labels[i] >= 0);
  if (chosen.length === 0) throw noLabel("rows");
  return {
    features: chosen.length === labels.length ? features : picked(features, dim, chosen),
    labels: chosen.map((i) => labels[i]),
    dim,
    classNames,
    classes: classNames.length,
  };
}

function picked(features: Float32Array, dim: number, chosen: Int32Array): Float32Array {
  const kept = floatsToFill(chosen.length * dim);
  chosen.forEach((i, at) => kept.set(features.subarray(i * dim, (i + 1) * dim), at * dim));
  return kept;
}

/** Embeds the labelled images. */
export async function embedLabelled(encoder: Encoder, train: ImageSet): Promise<KnownRows> {
  const images = onlyLabelled(train);
  const { labels, classNames } = images;
  return knownRows({
    features: await embedImages(encoder, images),
    labels,
    dim: encoder.dim,
    classNames,
  });
}

function noLabel(what: string): InputError {
  return new InputError({
    got: `${what} without any label`,
    expected: "at least one labelled image",
    todo: "Label some images, or give a larger label budget.",
  });
}

/** Turns each row of scores into probabilities. Row-major [n*classes] -> [n*classes] */
export function softmaxRows(scores: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(scores.length);
  for (let row = 0; row < scores.length; row += classes) {
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, scores[row + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      out[row + c] = Math.exp(scores[row + c] - highest);
      sum += out[row + c];
    }
    for (let c = 0; c < classes; c++) out[row + c] /= sum;
  }
  return out;
}

/**
 * Makes sure that every class has a label, without which nothing tells what it looks like.
 * @throws InputError if a class has none, or there are fewer than two classes
 */
export function checkEveryClass({
  labels,
  classNames,
}: Pick<LabelledRows, "labels" | "classNames">): void {
  const missing = classNames.findIndex((_, c) => !labels.includes(c));
  if (missing >= 0) {
    throw new InputError({
      got: `no labelled image of class "${classNames[missing]}"`,
      expected: "at least one of every class",
      todo: "Label one, or leave the class out.",
    });
  }
  if (classNames.length >= 2) return;
  throw new InputError({
    got: `the class "${classNames.join()}" only`,
    expected: "at least two classes",
    todo: "Label an image of another class.",
  });
}
