import type { Scan } from "../core";
import { dataToSearch, type Detection } from "./detection";
import type { LearnedSettings } from "./detectDefaults";
import { describeCandidate, maskOf } from "./detector/describeCandidate";
import { shippedDetector, type Detector } from "./detector/detector";
import { search, type Search } from "./detector/search";
import type { Feature } from "./describeRegion";
import { regularity } from "./regularity";
import { standingStill } from "./standingStill";
import { chosenChannels } from "./steps";

/** Pixels from this size on show no single atoms. */
const coarseNm = 0.3;
/** Pixels across that a feature needs to be seen. */
const leastPixels = 3;

/** Finds features by a network. */
export function learnedDetect(
  scan: Scan,
  settings: LearnedSettings,
  detector: Detector = shippedDetector(),
): Detection {
  const data = dataToSearch(scan, settings.channel);
  const [channel] = chosenChannels(scan, settings.channel);
  return tellFeatures(scan, search(scan, channel, detector, settings), settings, data);
}

/** The candidates that are sure enough, the surest first, with their mask; and the chance of each pixel where room for it is given. */
export function tellFeatures(
  scan: Scan,
  found: Search,
  { sensitivity, polarity: wanted, minAreaNm2, maxAreaNm2 }: LearnedSettings,
  data: Float64Array,
  probability?: Float32Array,
): Detection {
  const described = found.candidates
    .map((candidate, k) => ({ candidate, feature: describeCandidate(candidate, found.scores[k], found) })) // prettier-ignore
    .filter(
      ({ feature: { polarity, areaNm2 } }) =>
        (wanted === "both" || wanted === polarity) && areaNm2 >= minAreaNm2 && areaNm2 <= maxAreaNm2, // prettier-ignore
    )
    .sort(({ feature: a }, { feature: b }) => b.score - a.score || Math.abs(b.height) - Math.abs(a.height)); // prettier-ignore
  const told = described.filter(({ feature: { score } }) => score >= 1 - sensitivity);
  if (probability !== undefined) {
    const all = maskOf(described.map(({ candidate }) => candidate), found, scan, data); // prettier-ignore
    for (let i = 0; i < all.length; i++) {
      if (!Number.isFinite(data[i])) probability[i] = NaN;
      else if (all[i] > 0) probability[i] = described[all[i] - 1].feature.score;
    }
  }
  return {
    features: told.map(({ feature }) => feature),
    mask: maskOf(told.map(({ candidate }) => candidate), found, scan, data), // prettier-ignore
    width: scan.width,
    height: scan.height,
    notes: [
      ...standingStill(scan, data),
      ...notesOn(
        scan,
        told.map(({ feature }) => feature),
      ),
    ],
  };
}

/** What a scan cannot show, and what may be no defects. */
export function notesOn(
  { sizeMetres, width, height }: Scan,
  features: readonly Feature[],
): string[] {
  const coarsest = Math.max((sizeMetres[0] * 1e9) / width, (sizeMetres[1] * 1e9) / height);
  const round = (value: number): number => Number(value.toPrecision(2));
  const sides = ["bright", "dark"].map((side) =>
    features.filter(({ polarity }) => polarity === side),
  );
  const period = sides.map(regularity).find((found) => found !== undefined);
  return [
    ...(coarsest > coarseNm ? [`Pixels of ${round(coarsest)} nm show no atoms: features of less than ${round(leastPixels * coarsest)} nm are not seen.`] : []), // prettier-ignore
    ...(period !== undefined ? [`What was found repeats every ${round(period)} nm: it may be the surface's own pattern, and no defects.`] : []), // prettier-ignore
  ];
}
