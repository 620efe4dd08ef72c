import type { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { checkInteger, subset, type Encoder, type ImageSet, type Progress } from "../core";
import { embedImages } from "../nets";

/** How far an encoder tells images apart at all. */
export interface Collapse {
  /** Standard deviation of the embeddings of length 1, times the root of their dimension: 0 if all are equal, 1 if they point everywhere. */
  readonly spread: number;
  /** Directions that the embeddings take up, from 1 to their dimension. */
  readonly effectiveRank: number;
  /** What is wrong, if the encoder has collapsed. */
  readonly warning?: string;
}

/** How many images are looked at. */
export interface CollapseOptions {
  /** At least 2; the first of an even choice. @default 512 */
  readonly sample?: number;
  readonly on?: Progress;
}

/** Below these an encoder is of no use; random networks of 64 to 128 outputs on noise have 0.14 and more, and ranks above 30. */
const leastSpread = 0.01;
const leastRank = 1.5;

/**
 * Looks for collapse: embeddings that are equal, or differ along one direction only, whatever the image.
 * @see Jing et al. 2022, arXiv:2110.09348 (dimensional collapse); Roy & Vetterli 2007, EUSIPCO (effective rank)
 */
export async function collapse(
  encoder: Encoder,
  images: ImageSet,
  { sample = 512, on }: CollapseOptions = {},
): Promise<Collapse> {
  checkInteger("sample", sample, { min: 2 });
  const n = Math.min(sample, images.ids.length);
  const chosen = Int32Array.from({ length: n }, (_, i) => Math.floor((i * images.ids.length) / n));
  // Only the signal: this is no progress of its own.
  const signal = on?.signal === undefined ? {} : { on: { signal: on.signal } };
  const features = await embedImages(encoder, subset(images, chosen), signal);
  return measure(features, encoder.dim);
}

/** Spread and effective rank of n embeddings. [n*d] */
function measure(features: Float32Array, d: number): Collapse {
  const rows = unitRows(features, d);
  const n = rows.length;
  const mean = Array.from({ length: d }, (_, j) => rows.reduce((sum, row) => sum + row[j], 0) / n);
  const centred = rows.map((row) => row.map((value, j) => value - mean[j]));
  const deviations = mean.map((_, j) =>
    Math.sqrt(centred.reduce((sum, row) => sum + row[j] ** 2, 0) / n),
  );
  const spread = (deviations.reduce((sum, value) => sum + value, 0) / d) * Math.sqrt(d);
  const effectiveRank = rankOf(centred);
  return { spread, effectiveRank, ...warn(spread, effectiveRank) };
}

function warn(spread: number, rank: number): { warning?: string } {
  if (spread >= leastSpread && rank >= leastRank) return {};
  const warning =
    `The encoder has collapsed: its embeddings spread by ${spread.toPrecision(2)} of 1 and take up ${rank.toPrecision(2)} directions. ` +
    "Lower the learning rate, raise the batch size, or choose another method.";
  return { warning };
}

function unitRows(features: Float32Array, d: number): Float64Array[] {
  return Array.from({ length: features.length / d }, (_, i) => {
    const row = Float64Array.from(features.subarray(i * d, (i + 1) * d));
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return length === 0 ? row : row.map((value) => value / length);
  });
}

/** The exponential of the entropy of the shares of the singular values. [n,d] */
function rankOf(centred: readonly Float64Array[]): number {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use, not on import
  const matrix = require("ml-matrix") as {
    Matrix: typeof Matrix;
    EigenvalueDecomposition: typeof EigenvalueDecomposition;
  };
  const wide = centred[0].length > centred.length;
  const gram = productsOf(wide ? centred : columnsOf(centred));
  const { realEigenvalues } = new matrix.EigenvalueDecomposition(new matrix.Matrix(gram), { assumeSymmetric: true }); // prettier-ignore
  const singular = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  const total = singular.reduce((sum, value) => sum + value, 0);
  // What rounding leaves of equal embeddings is no direction.
  if (total < 1e-6 * Math.sqrt(centred.length)) return 1;
  const shares = singular.map((value) => value / total).filter((share) => share > 0);
  return Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0));
}

function columnsOf(rows: readonly Float64Array[]): Float64Array[] {
  return Array.from(rows[0], (_, j) => Float64Array.from(rows, (row) => row[j]));
}

/** Products of rows with each other. Half of them, four at once, since the library's product of two matrices takes ten times as long. [n,d] -> [n,n] */
function productsOf(rows: readonly Float64Array[]): number[][] {
  const n = rows.length;
  const products = rows.map(() => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++) {
    const own = rows[i];
    for (let j = 0; j <= i; j += 4) {
      // Those beyond are taken as well, and written over.
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => rows[Math.min(n - 1, j + k)]);
      let [first, second, third, fourth] = [0, 0, 0, 0];
      for (let k = 0; k < own.length; k++) {
        const value = own[k];
        first += value * a[k];
        second += value * b[k];
        third += value * c[k];
        fourth += value * d[k];
      }
      [first, second, third, fourth].slice(0, n - j).forEach((product, k) => (products[i][j + k] = products[j + k][i] = product)); // prettier-ignore
    }
  }
  return products;
}
