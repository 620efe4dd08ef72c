import { checkOneOf, type Classify } from "../core";
import { embedImages } from "../nets";
import { classMeans } from "./classMeans";
import { frozenClassifier } from "./frozenClassifier";
import { embedLabelled, softmaxRows } from "./labelled";
import { columnMeans, toLengthOne } from "./lengths";

/** What is done to embeddings before the nearest class mean is looked for, named as in the paper. */
export const simpleShotTransforms = ["UN", "L2N", "CL2N"] as const;

/** How SimpleShot prepares embeddings. */
export interface SimpleShotOptions {
  /**
   * "UN": nothing. "L2N": each embedding to length 1. "CL2N": the mean of the base set taken off first; the base set is
   * all images given, labelled or not, never the few labelled ones alone. @default "CL2N"
   */
  readonly transform?: (typeof simpleShotTransforms)[number];
}

/**
 * SimpleShot: nearest class mean by Euclidean distance after centring and scaling to length 1. Probabilities are the
 * softmax of the negative squared distance.
 * @throws InputError if a class has no label
 * @see Wang et al. 2019, arXiv:1911.04623
 */
export function simpleShot({ transform = "CL2N" }: SimpleShotOptions = {}): Classify {
  checkOneOf("transform", transform, simpleShotTransforms);
  return frozenClassifier(async (encoder, train) => {
    const known = await embedLabelled(encoder, train);
    const { dim, classes } = known;
    const centre =
      transform === "CL2N" ? columnMeans(await embedImages(encoder, train), dim) : undefined;
    const prepare = (features: Float32Array): Float32Array =>
      transform === "UN" ? features : toLengthOne(features, dim, centre);
    const means = classMeans({ ...known, features: prepare(known.features) }, train.classNames);
    return (features) => {
      const prepared = prepare(features);
      const n = prepared.length / dim;
      const scores = new Float32Array(n * classes);
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < classes; c++) {
          let sum = 0;
          for (let j = 0; j < dim; j++) sum += (prepared[i * dim + j] - means[c * dim + j]) ** 2;
          scores[i * classes + c] = -sum;
        }
      }
      return softmaxRows(scores, classes);
    };
  });
}
