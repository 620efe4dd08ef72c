import { InputError, labelledIndices, subset, type Encoder, type ImageSet } from "../core";
import { embedImages } from "../nets";

/** Embeddings of the labelled images, for classifiers that need nothing else. */
export interface LabelledEmbeddings {
  /** Row-major, [n*d]. */
  readonly features: Float32Array;
  /** n; class indices. */
  readonly labels: Int32Array;
  readonly dim: number;
  readonly classes: number;
}

/**
 * The images of a set whose labels are known.
 * @throws InputError if there is none
 */
export function onlyLabelled(train: ImageSet): ImageSet {
  const known = labelledIndices(train);
  if (known.length === 0) {
    throw new InputError({
      got: `"${train.name}" without any label`,
      expected: "at least one labelled image",
      todo: "Label some images, or give a larger label budget.",
    });
  }
  return subset(train, known);
}

/** Embeds the labelled images. n labelled images -> [n*d] */
export async function embedLabelled(
  encoder: Encoder,
  train: ImageSet,
): Promise<LabelledEmbeddings> {
  const known = onlyLabelled(train);
  return {
    features: await embedImages(encoder, known),
    labels: known.labels,
    dim: encoder.dim,
    classes: train.classNames.length,
  };
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
export function checkEveryClass({ labels, classNames }: ImageSet): void {
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
