import { checkInteger, InputError } from "../core";

/** A temperature, and what it does to the mean negative log-likelihood. */
export interface Temperature {
  /** By which scores are divided before the softmax, in [0.05, 20]. */
  readonly temperature: number;
  readonly before: number;
  readonly after: number;
}

/** When to leave things as they are. */
export interface TemperatureOptions {
  /** With fewer labels than this it stays 1: a few that happen to be right would push it to an end. @default 30 */
  readonly fewest?: number;
}

const ends = { low: Math.log(0.05), high: Math.log(20) };
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature of least negative log-likelihood on labels that never taught. Judge it by that, not by binned calibration errors, which may rise. Row-major scores, [n*classes]; n
 * labels
 * @throws InputError if there is no label, or no whole number of scores for each
 * @see Guo et al. 2017, arXiv:1706.04599
 */
export function temperature(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { fewest = 30 }: TemperatureOptions = {},
): Temperature {
  checkInteger("fewest", fewest, { min: 0 });
  const k = scores.length / labels.length;
  if (labels.length === 0 || !Number.isInteger(k) || k < 2) {
    throw new InputError({
      got: `${scores.length} scores for ${labels.length} labels`,
      expected: "at least one label, and a score of two classes or more for each",
      todo: "Check that both come from the same images.",
    });
  }
  const loss = (t: number): number => {
    let sum = 0;
    for (let i = 0; i < labels.length; i++)
      sum += logSumExp(scores, i * k, k, t) - scores[i * k + labels[i]] / t;
    return sum / labels.length;
  };
  const before = loss(1);
  if (labels.length < fewest) return { temperature: 1, before, after: before };
  let { low, high } = ends;
  while (high - low > 1e-9) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(Math.exp(a)) <= loss(Math.exp(b))) high = b;
    else low = a;
  }
  const found = Math.exp((low + high) / 2);
  return { temperature: found, before, after: loss(found) };
}

/** Logarithm of the sum of exponentials of scores over a temperature, k of them from `at` on. */
export function logSumExp(scores: ArrayLike<number>, at: number, k: number, t: number): number {
  let most = -Infinity;
  for (let c = 0; c < k; c++) most = Math.max(most, scores[at + c] / t);
  let sum = 0;
  for (let c = 0; c < k; c++) sum += Math.exp(scores[at + c] / t - most);
  return most + Math.log(sum);
}
