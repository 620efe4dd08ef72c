import { checkProbability, InputError } from "../core";

/** How good a classifier is when it may leave out what it is least sure of. */
export interface RiskCoverage {
  /** n; share of wrong predictions among the surest 1, 2, ... n images, in [0,1]. */
  readonly risks: readonly number[];
  /** Area under risk against coverage: the mean of the risks, in [0,1]; lower is better. */
  readonly aurc: number;
  /** What of it is not due to the errors but to their places: 0 where every wrong image is less sure than every right one. */
  readonly eAurc: number;
  /** Area under the generalised risk, wrong and accepted images over all images: the mean over coverage, in [0,1]; lower is better. */
  readonly augrc: number;
}

/**
 * Risk against coverage: images are accepted from the surest on. Ties go by place, so keep the images in an order that does not change. n, n -> n
 * @param confidence n; higher is surer, for example the largest probability
 * @param wrong n; whether the prediction is wrong
 * @throws InputError if there is no image, lengths differ, or a confidence is not a number
 * @see Geifman, Uziel & El-Yaniv 2019, arXiv:1805.08206, for AURC and E-AURC; Traub et al. 2024, arXiv:2407.01032, for AUGRC
 */
export function riskCoverage(
  confidence: ArrayLike<number>,
  wrong: ArrayLike<boolean>,
): RiskCoverage {
  const n = confidence.length;
  const scores = Array.from(confidence);
  if (n === 0 || wrong.length !== n || scores.some(Number.isNaN)) {
    throw new InputError({
      got: `${n} confidences, ${wrong.length} outcomes${scores.some(Number.isNaN) ? ", and a confidence that is no number" : ""}`,
      expected: "as many of both, at least one, all of them numbers",
      todo: "Check that both come from the same test images.",
    });
  }
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  let errors = 0;
  let accepted = 0;
  const risks: number[] = [];
  for (const [rank, i] of order.entries()) {
    if (wrong[i]) errors++;
    accepted += errors / n;
    risks.push(errors / (rank + 1));
  }
  const aurc = risks.reduce((sum, risk) => sum + risk, 0) / n;
  return { risks, aurc, eAurc: aurc - bestAurc(errors / n), augrc: accepted / n };
}

/** Area of a classifier of this risk that is surest of what it gets right, for many images. */
function bestAurc(risk: number): number {
  checkProbability("risk", risk);
  return risk === 1 ? 1 : risk + (1 - risk) * Math.log1p(-risk);
}
