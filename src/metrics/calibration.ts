import { checkInteger, InputError } from "../core";
import { argmaxRows } from "./argmaxRows";

/** Predictions of similar confidence: how often they were right. */
export interface CalibrationBin {
  /** Lowest confidence, excluded, except 0. */
  readonly low: number;
  /** Highest confidence, included. */
  readonly high: number;
  readonly count: number;
  /** Mean confidence, in [0,1]; NaN without images. */
  readonly confidence: number;
  /** Share of right predictions, in [0,1]; NaN without images. */
  readonly accuracy: number;
}

/** How far confidence and accuracy agree. */
export interface Calibration {
  /** Expected calibration error: mean over images of |accuracy - confidence| of their bin, in [0,1]. */
  readonly expectedError: number;
  /** The largest |accuracy - confidence| of a bin with images, in [0,1]. */
  readonly largestError: number;
  readonly bins: readonly CalibrationBin[];
}

/** How confidences are put together. */
export interface CalibrationOptions {
  /** Bins of equal width over [0,1], at least 1. @default 10 */
  readonly bins?: number;
}

/**
 * Reliability of the most likely class's probability: images are binned by it, and each bin's mean is held against how often it
 * was right. [n*classes], n -> bins
 * @throws InputError if there is no image, or no whole number of classes for each
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3, arXiv:1706.04599
 */
export function calibration(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { bins = 10 }: CalibrationOptions = {},
): Calibration {
  checkInteger("bins", bins, { min: 1 });
  const n = labels.length;
  const classes = probabilities.length / n;
  if (n === 0 || !Number.isInteger(classes) || classes < 1) {
    throw new InputError({
      got: `${probabilities.length} probabilities for ${n} labels`,
      expected: "at least one label, and for each as many probabilities as there are classes",
      todo: "Check that both come from the same images.",
    });
  }
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  argmaxRows(probabilities, classes).forEach((best, i) => {
    const confidence = probabilities[i * classes + best];
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))];
    bin.count++;
    bin.confidence += confidence;
    if (best === labels[i]) bin.right++;
  });
  const filled = sums.map(({ count, confidence, right }, i): CalibrationBin => ({
    low: i / bins,
    high: (i + 1) / bins,
    count,
    confidence: count === 0 ? NaN : confidence / count,
    accuracy: count === 0 ? NaN : right / count,
  }));
  return calibrationOfBins(filled);
}

/** How far confidence and accuracy agree in bins that were counted already, such as those of several trials put together. */
export function calibrationOfBins(bins: readonly CalibrationBin[]): Calibration {
  const n = bins.reduce((sum, { count }) => sum + count, 0);
  const errors = bins.map((bin) => (bin.count === 0 ? 0 : Math.abs(bin.accuracy - bin.confidence)));
  const expectedError = errors.reduce((sum, error, i) => sum + error * bins[i].count, 0) / n;
  return { expectedError, largestError: Math.max(...errors), bins };
}
