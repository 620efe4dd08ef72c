import { columnScale } from "../core";
import { likeliest, type Model } from "./model";

/** How far one label pulls the score of a feature, between the two classes that are likeliest for it. */
export interface LabelPush {
  /** Id of the class that it pulls towards. */
  readonly towards: string;
  /** Part of the difference of both scores, natural logarithm of the odds, at least 0. */
  readonly by: number;
}

/**
 * The exact push of labels on features under the last fit: at the minimum of a logistic regression the weights are the sum of what each label adds, its error times its
 * standardised embedding. Undefined for a label that was not there when it was fitted. The penalty is that of `logisticRegression`, c = 1. [n*dim]
 * @see representer theorem; Yeh et al. 2018, arXiv:1811.09720
 */
export function labelPusher(
  { taught, classes, probabilities }: Model,
  features: Float32Array,
  dim: number,
): (label: number, item: number) => LabelPush | undefined {
  const { mean, spread } = columnScale(features.subarray(0, taught.length * dim), dim);
  const k = classes.length;
  return (label, item) => {
    const own = taught[label] ?? -1;
    if (own < 0 || item >= taught.length) return undefined;
    const first = likeliest(probabilities, item, k);
    const others = Array.from({ length: k }, (_, c) => c).filter((c) => c !== first);
    const second = others.reduce((best, c) => probabilities[item * k + c] > probabilities[item * k + best] ? c : best); // prettier-ignore
    const error = (c: number): number => (own === c ? 1 : 0) - probabilities[label * k + c];
    let likeness = 0;
    for (let j = 0; j < dim; j++) {
      const [a, b] = [label, item].map((i) => (features[i * dim + j] - mean[j]) / spread[j]);
      likeness += a * b;
    }
    const push = (error(first) - error(second)) * likeness;
    return { towards: classes[push < 0 ? second : first], by: Math.abs(push) };
  };
}
