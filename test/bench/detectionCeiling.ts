/** What clicks could teach at best: scores learned from all that is drawn on a scan. */
import { createRng } from "../../src/core";
import { dataToSearch } from "../../src/scans/detection";
import { learnedDefaults } from "../../src/scans/detectDefaults";
import { maskOf } from "../../src/scans/detector/describeCandidate";
import { shippedDetector } from "../../src/scans/detector/detector";
import { search } from "../../src/scans/detector/search";
import { fitLogistic } from "../../src/scans/fitLogistic";
import { chosenChannels } from "../../src/scans/steps";
import { parts } from "./agreement";
import type { MaskedScan } from "./realScans";

const [folds, ridge] = [10, 1];

/** F1 of the detector as it is, and the best at any threshold of scores from all labels but a tenth; and with no candidate told wrongly. */
export function ceiling({ scan, mask }: MaskedScan): {
  readonly now: number;
  readonly taught: number;
  readonly perfect: number;
} {
  const [channel] = chosenChannels(scan, "");
  const found = search(scan, channel, shippedDetector(), learnedDefaults);
  const drawn = parts(mask, scan.width);
  const hits = found.candidates.map(() => new Set<number>());
  maskOf(found.candidates, found, scan, dataToSearch(scan, "")).forEach((k, i) => {
    if (k > 0 && drawn[i] > 0) hits[k - 1].add(drawn[i]);
  });
  const count = drawn.reduce((most, label) => Math.max(most, label), 0);
  const real = hits.map(({ size }) => (size > 0 ? 1 : 0));
  const f1 = (told: (k: number) => boolean): number => {
    const kept = [...real.keys()].filter(told);
    const precision = kept.reduce((sum, k) => sum + real[k], 0) / Math.max(1, kept.length);
    const recall = new Set(kept.flatMap((k) => [...hits[k]])).size / count;
    return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  };
  const rows = found.candidates.map(({ terms, polarity }) => [...terms, polarity === "bright" ? 1 : -1]); // prettier-ignore
  const taught = crossValidated(rows, real);
  const best = taught.reduce(
    (most, limit) =>
      Math.max(
        most,
        f1((k) => taught[k] >= limit),
      ),
    0,
  );
  return {
    now: f1((k) => found.scores[k] >= 0.5),
    taught: best,
    perfect: f1((k) => real[k] === 1),
  };
}

/** Scores of each row by weights from the other folds; the sum before the logistic function, which changes no order. */
function crossValidated(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
): Float64Array {
  const order = createRng(1).permutation(rows.length);
  const scores = new Float64Array(rows.length);
  for (let fold = 0; fold < folds; fold++) {
    const others = [...order].filter((_, at) => at % folds !== fold);
    const weights = fitLogistic(
      others.map((k) => rows[k]),
      others.map((k) => labels[k]),
      others.map(() => 1),
      ridge,
    );
    order.forEach((k, at) => {
      if (at % folds === fold)
        scores[k] = rows[k].reduce((sum, term, d) => sum + weights[d] * term, weights[weights.length - 1]); // prettier-ignore
    });
  }
  return scores;
}
