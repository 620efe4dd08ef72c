import { InputError } from "../core";

/** How errors fall when only what the classifier is certain of is told. */
export interface RiskCoverage {
  /** Share of errors among the most certain 1, 2, ... n images. [n] */
  readonly risks: Float64Array;
  /** Mean of the risks over all coverages, in [0,1]; 0 is perfect. */
  readonly area: number;
  /** The area less that of a perfect order with the same errors; 0 if every error is less certain than every right answer. */
  readonly excess: number;
  /** Mean number of errors among the told, over all coverages, for each image: the generalised area. */
  readonly generalised: number;
}

/**
 * Risk against coverage: images in the order of how certain the classifier is, by its largest probability; ties in the order of the images. [n*classes], n -> n
 * @throws InputError if there is no image, or no whole number of classes for each
 * @see Geifman & El-Yaniv 2017, arXiv:1705.08500; Geifman et al. 2019, arXiv:1805.08206 (excess); Traub et al. 2024, arXiv:2407.01032 (generalised)
 */
export function riskCoverage(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
): RiskCoverage {
  const n = labels.length;
  const classes = probabilities.length / n;
  if (n === 0 || !Number.isInteger(classes) || classes < 1) {
    throw new InputError({
      got: `${probabilities.length} probabilities for ${n} labels`,
      expected: "at least one label, and for each as many probabilities as there are classes",
      todo: "Check that both come from the same images.",
    });
  }
  const told = Array.from({ length: n }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++)
      if (probabilities[i * classes + c] > probabilities[i * classes + best]) best = c;
    return { certainty: probabilities[i * classes + best], wrong: best !== labels[i] };
  });
  const order = told.map((_, i) => i);
  order.sort((a, b) => told[b].certainty - told[a].certainty || a - b);
  const risks = new Float64Array(n);
  let errors = 0;
  let sum = 0;
  order.forEach((image, rank) => {
    errors += told[image].wrong ? 1 : 0;
    risks[rank] = errors / (rank + 1);
    sum += errors;
  });
  const area = risks.reduce((total, risk) => total + risk, 0) / n;
  const risk = errors / n;
  const best = risk === 1 ? 1 : risk + (1 - risk) * Math.log(1 - risk);
  return { risks, area, excess: area - best, generalised: sum / (n * n) };
}
