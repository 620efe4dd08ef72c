import { learnedDefaults } from "../detectDefaults";
import { fitLogistic } from "../fitLogistic";
import type { SearchRelief } from "../searchRelief";
import { findCandidates } from "./candidates";
import { askNetwork, type DetectorNetwork } from "./detectorNetwork";
import type { Example } from "./example";

/** Holds weights back where terms go along with each other. */
const penalty = 1e-3;

/**
 * Weights that make chances of what candidates are made of, so that of those with a chance of 0.9 nine in ten are real: logistic
 * regression on pictures that the network was not trained on. A candidate is real if it lies on a defect anywhere.
 */
export function calibrate(network: DetectorNetwork, examples: readonly Example[]): number[] {
  const rows: (readonly number[])[] = [];
  const labels: number[] = [];
  for (const example of examples) {
    const relief = asRelief(example);
    const { candidates } = findCandidates(relief, askNetwork(network, relief), learnedDefaults);
    for (const { pixels, terms } of candidates) {
      rows.push(terms);
      labels.push(pixels.some((i) => example.truth[i] === 1) ? 1 : 0);
    }
  }
  return [
    ...fitLogistic(
      rows,
      labels,
      labels.map(() => 1),
      penalty,
    ),
  ];
}

/** An example as the search sees a scan. */
export function asRelief({ relief, jumps, width, height, nm }: Example): SearchRelief {
  const known = new Uint8Array(relief.length).fill(1);
  return { data: relief, jumps, known, width, height, nm, sigma: 1, factors: [1, 1] };
}
