import { InputError } from "../core";
import type { KnownRows } from "./labelled";

/**
 * Mean embedding of each class. Row-major, [n*d] -> [classes*d]
 * @throws InputError if a class has no label
 */
export function classMeans({
  features,
  labels,
  dim,
  classes,
  classNames,
}: KnownRows): Float32Array {
  const means = new Float32Array(classes * dim);
  const counts = new Int32Array(classes);
  labels.forEach((label, i) => {
    counts[label] += 1;
    for (let j = 0; j < dim; j++) means[label * dim + j] += features[i * dim + j];
  });
  const empty = counts.indexOf(0);
  if (empty >= 0) {
    throw new InputError({
      got: `no labelled image of class "${classNames[empty]}"`,
      expected: "at least one of every class, to have a mean",
      todo: "Label one, or leave the class out.",
    });
  }
  return means.map((sum, at) => sum / counts[Math.floor(at / dim)]);
}
