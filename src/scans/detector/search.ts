import type { Channel, Scan } from "../../core";
import { estimateHysteresis } from "../estimateHysteresis";
import { straighten } from "../hysteresis";
import { searchRelief } from "../searchRelief";
import {
  findCandidates,
  type Candidate,
  type CandidateContext,
  type CandidateSettings,
} from "./candidates";
import type { Detector } from "./detector";
import { askNetwork, type NetworkAnswer } from "./detectorNetwork";

/** What a detector makes of a scan, before anything is decided. */
export interface Search extends CandidateContext {
  readonly candidates: readonly Candidate[];
  /** Chance that each candidate is real, 0 to 1. */
  readonly scores: readonly number[];
}

/** How a scan is searched. */
export interface SearchSettings extends CandidateSettings {
  /** Whether the way back counts as much, where it was recorded. */
  readonly traces: "one" | "both";
}

/** Looks for candidates on one channel of a scan. */
export function search(
  scan: Scan,
  channel: Channel,
  detector: Detector,
  settings: SearchSettings,
): Search {
  const nm = [(scan.sizeMetres[0] * 1e9) / scan.width, (scan.sizeMetres[1] * 1e9) / scan.height] as const; // prettier-ignore
  const relief = searchRelief(channel.data, scan.width, nm);
  const own = askNetwork(detector.network, relief);
  const other = settings.traces === "both" ? wayBack(scan, channel) : undefined;
  const answer =
    other === undefined
      ? own
      : together(own, askNetwork(detector.network, searchRelief(other, scan.width, nm)));
  const { candidates, company } = findCandidates(relief, answer, settings);
  return {
    relief,
    answer,
    company,
    candidates,
    scores: candidates.map(({ terms }) => score(terms, detector)),
  };
}

/** The same channel on the way back, laid over the way there. */
function wayBack(scan: Scan, channel: Channel): Float64Array | undefined {
  const other = scan.channels.find(({ name, direction }) => name === channel.name && direction !== channel.direction); // prettier-ignore
  if (other === undefined || !other.data.some(Number.isFinite)) return undefined;
  const pixels = (estimateHysteresis(scan, { channel: channel.name }) * scan.width) / (scan.sizeMetres[0] * 1e9); // prettier-ignore
  // Each way lies off by the same distance, in opposite directions.
  return straighten(other.data, scan.width, channel.direction === "forward" ? -2 * pixels : 2 * pixels); // prettier-ignore
}

function together(a: NetworkAnswer, b: NetworkAnswer): NetworkAnswer {
  return {
    logit: a.logit.map((value, i) => (value + b.logit[i]) / 2),
    difference: a.difference.map((value, i) => (value + b.difference[i]) / 2),
  };
}

/** Chance that what has these terms is real. */
export function score(
  terms: readonly number[],
  { calibration }: Pick<Detector, "calibration">,
): number {
  const constant = calibration[terms.length];
  return 1 / (1 + Math.exp(-terms.reduce((sum, term, k) => sum + calibration[k] * term, constant)));
}
