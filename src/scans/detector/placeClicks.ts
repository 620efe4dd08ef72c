import type { Click } from "../segment";
import { candidateOf, type Candidate } from "./candidates";
import { bridge, growAround, nearestOf, usualReachNm, type PlacedClick, type PlaceOptions } from "./growOutline"; // prettier-ignore
import type { Search } from "./search";

/** Candidates after clicks, and what was said of them. */
export interface PlacedClicks {
  readonly candidates: readonly Candidate[];
  /** Before anything is learned from clicks. */
  readonly scores: readonly number[];
  /** 1 for candidates that somebody called a defect, 0 for those that are none, undefined for the others. */
  readonly said: readonly (0 | 1 | undefined)[];
}

/** Score of what was found by a click alone: nobody saw it before. */
const grownScore = 0.1;

/** Gives each click to the candidate it points at; splits one that has several, and makes one where there is none. */
export function placeClicks(
  found: Search,
  clicks: readonly Click[],
  options: PlaceOptions,
): PlacedClicks {
  const { width, height, nm } = found.relief;
  const owner = new Int32Array(width * height).fill(-1);
  found.candidates.forEach(({ pixels }, k) => pixels.forEach((i) => (owner[i] = k)));
  const placed = clicks.map(({ xNm, yNm, defect }) => {
    const x = Math.min(width - 1, Math.floor(xNm / nm));
    const y = Math.min(height - 1, Math.floor(yNm / nm));
    return { x, y, defect, candidate: nearest(owner, [x, y], width, options.clickNm / nm) };
  });
  const result: (Judged & { readonly score: number })[] = [];
  found.candidates.forEach((candidate, k) => {
    const own = placed.filter((click) => click.candidate === k);
    const score = found.scores[k];
    if (own.length === 0) result.push({ candidate, score, said: undefined });
    else if (own.length === 1) result.push({ ...judged(candidate, own[0], score, found), score });
    else for (const part of split(candidate, own, score, found)) result.push({ ...part, score });
  });
  const reachNm = usualReachNm(found);
  for (const click of placed) {
    if (!click.defect) continue;
    if (click.candidate < 0) {
      const pixels = growAround(found, owner, click, { ...options, reachNm });
      pixels.forEach((i) => (owner[i] = found.candidates.length));
      result.push({ candidate: candidateOf(pixels, found), score: grownScore, said: 1 });
    } else if (owner[click.y * width + click.x] < 0) {
      // What somebody calls a defect lies within the outline of one.
      const k = nearestOf(result.map(({ candidate }) => candidate.pixels), click, width); // prettier-ignore
      const { pixels } = result[k].candidate;
      const more = bridge(pixels, click, found, owner);
      more.forEach((i) => (owner[i] = click.candidate));
      result[k] = { ...result[k], candidate: candidateOf([...pixels, ...more], found) };
    }
  }
  return {
    candidates: result.map(({ candidate }) => candidate),
    scores: result.map(({ score }) => score),
    said: result.map(({ said }) => said),
  };
}

/**
 * Height of a place within a candidate, as a share of its top, below which "none" means the place and not the candidate: the larger, the
 * surer the candidate was.
 */
const sideShare = (score: number): number => Math.min(0.8, Math.max(0.5, score));

/** A candidate, and what somebody said of it. */
interface Judged {
  readonly candidate: Candidate;
  readonly said: 0 | 1 | undefined;
}

/** What one click says of its candidate: that it is real, or none, or too wide. */
function judged(
  candidate: Candidate,
  { x, y, defect }: PlacedClick,
  score: number,
  found: Search,
): Judged {
  if (defect) return { candidate, said: 1 };
  const height = (i: number): number => Math.abs(found.answer.difference[i]);
  const top = candidate.pixels.reduce((most, i) => Math.max(most, height(i)), 0);
  const place = y * found.relief.width + x;
  const here = height(place);
  const closer = candidate.pixels.filter((i) => height(i) > here);
  if (here >= sideShare(score) * top || closer.length === 0) return { candidate, said: 0 };
  // Beside the outline it says what was told anyway.
  if (!candidate.pixels.includes(place)) return { candidate, said: undefined };
  return { candidate: candidateOf(closer, found), said: undefined };
}

/** The candidate at a pixel, or the nearest one within some pixels; -1 for none. */
function nearest(
  owner: Int32Array,
  [x, y]: readonly [number, number],
  width: number,
  reach: number,
): number {
  const height = owner.length / width;
  let [best, least] = [-1, Infinity];
  const far = Math.ceil(reach);
  for (let v = Math.max(0, y - far); v <= Math.min(height - 1, y + far); v++)
    for (let u = Math.max(0, x - far); u <= Math.min(width - 1, x + far); u++) {
      const away = Math.hypot(u - x, v - y);
      if (owner[v * width + u] < 0 || away > Math.max(reach, 0) || away >= least) continue;
      least = away;
      best = owner[v * width + u];
    }
  return best;
}

/** Parts of a candidate, one for each click: a pixel goes with the nearest; of each is true what its click says of it. */
function split(
  candidate: Candidate,
  clicks: readonly PlacedClick[],
  score: number,
  found: Search,
): Judged[] {
  const { width } = found.relief;
  const parts = clicks.map((): number[] => []);
  for (const i of candidate.pixels) {
    const away = clicks.map(({ x, y }) => Math.hypot((i % width) - x, Math.floor(i / width) - y));
    parts[away.indexOf(Math.min(...away))].push(i);
  }
  return parts.flatMap((pixels, n) =>
    pixels.length === 0 ? [] : [judged(candidateOf(pixels, found), clicks[n], score, found)],
  );
}
