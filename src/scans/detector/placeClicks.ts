import type { Click } from "../segment";
import { candidateOf, type Candidate } from "./candidates";
import type { Search } from "./search";

/** Candidates after clicks, and what was said of them. */
export interface PlacedClicks {
  readonly candidates: readonly Candidate[];
  /** Before anything is learned from clicks. */
  readonly scores: readonly number[];
  /** 1 for candidates that somebody called a defect, 0 for those that are none, undefined for the others. */
  readonly said: readonly (0 | 1 | undefined)[];
}

/** How clicks are placed. */
export interface PlaceOptions {
  readonly clickNm: number;
  readonly extent: number;
}

/** Farthest that a defect which only a click tells of reaches from it, in nm. */
const grownNm = 0.6;
/** ... or this many times as far as half of the sure ones do from their middles. */
const grownShare = 1.2;
/** Fewer sure ones tell nothing of the others. */
const leastSure = 5;
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
  const result: { candidate: Candidate; score: number; said: 0 | 1 | undefined }[] = [];
  found.candidates.forEach((candidate, k) => {
    const own = placed.filter((click) => click.candidate === k);
    const score = found.scores[k];
    if (own.length === 0) result.push({ candidate, score, said: undefined });
    else if (own.length === 1) result.push({ ...judged(candidate, own[0], score, found), score });
    else for (const part of split(candidate, own, score, found)) result.push({ ...part, score });
  });
  // What somebody calls a defect lies within the outline of one.
  for (const click of placed) {
    if (click.candidate < 0 || !click.defect || owner[click.y * width + click.x] >= 0) continue;
    const k = nearestOf(result.map(({ candidate }) => candidate), click, width); // prettier-ignore
    const more = bridge(result[k].candidate, click, found, owner);
    more.forEach((i) => (owner[i] = click.candidate));
    result[k] = { ...result[k], candidate: candidateOf([...result[k].candidate.pixels, ...more], found) }; // prettier-ignore
  }
  const reachNm = usualReachNm(found);
  for (const click of placed) {
    if (click.candidate >= 0 || !click.defect) continue;
    const pixels = grow(found, owner, click, { ...options, reachNm });
    pixels.forEach((i) => (owner[i] = result.length));
    result.push({ candidate: candidateOf(pixels, found), score: grownScore, said: 1 });
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

interface PlacedClick {
  readonly x: number;
  readonly y: number;
  readonly defect: boolean;
}

/** Index of the candidate with the pixel that lies nearest to a click. */
function nearestOf(candidates: readonly Candidate[], { x, y }: PlacedClick, width: number): number {
  const away = candidates.map(
    ({ pixels }) =>
    pixels.reduce((least, i) => Math.min(least, Math.hypot((i % width) - x, Math.floor(i / width) - y)), Infinity), // prettier-ignore
  );
  return away.indexOf(Math.min(...away));
}

/** Free pixels on the way from a candidate to a click beside it, and the click's own. */
function bridge(
  { pixels }: Candidate,
  { x, y }: PlacedClick,
  { relief: { width, known } }: Search,
  owner: Int32Array,
): number[] {
  const away = pixels.map((i) => Math.hypot((i % width) - x, Math.floor(i / width) - y));
  const from = pixels[away.indexOf(Math.min(...away))];
  const [dx, dy] = [x - (from % width), y - Math.floor(from / width)];
  const steps = Math.max(Math.abs(dx), Math.abs(dy));
  return Array.from({ length: steps }, (_, k) => {
    const t = (k + 1) / steps;
    return Math.round(y - dy * (1 - t)) * width + Math.round(x - dx * (1 - t));
  }).filter((i) => owner[i] < 0 && known[i] === 1);
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

/** How far what only a click tells of may reach, in nm: about as far as what is sure. */
function usualReachNm({ candidates, scores, relief: { nm } }: Search): number {
  const sure = candidates.filter((_, k) => scores[k] >= 0.5);
  if (sure.length < leastSure) return grownNm;
  const radii = sure.map(({ pixels }) => nm * Math.sqrt(pixels.length / Math.PI)).sort((a, b) => a - b); // prettier-ignore
  return Math.min(grownNm, grownShare * radii[radii.length >> 1]);
}

/** The pixels around a click that answer as it does, and at least those next to it. */
function grow(
  { relief, answer }: Search,
  owner: Int32Array,
  { x, y }: PlacedClick,
  { clickNm, extent, reachNm }: PlaceOptions & { readonly reachNm: number },
): number[] {
  const { width, height, nm } = relief;
  const reach = Math.max(1, Math.ceil(reachNm / nm));
  const least = Math.min(reach, Math.max(1, clickNm / nm));
  const at = (u: number, v: number): number => v * width + u;
  let [top, base] = [-Infinity, Infinity];
  const inside: (readonly [number, number, number])[] = [];
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
      const away = Math.hypot(u - x, v - y);
      if (away > reach || owner[at(u, v)] >= 0 || relief.known[at(u, v)] === 0) continue;
      inside.push([u, v, away]);
      if (away <= least) top = Math.max(top, answer.logit[at(u, v)]);
      base = Math.min(base, answer.logit[at(u, v)]);
    }
  const limit = base + extent * (top - base);
  const allowed = new Set(inside.filter(([u, v, away]) => away <= least || answer.logit[at(u, v)] > limit).map(([u, v]) => at(u, v))); // prettier-ignore
  // Only what hangs together with the click.
  const [start] = inside.filter(([, , away]) => away <= least).sort((a, b) => a[2] - b[2]);
  if ((start as typeof start | undefined) === undefined) return [at(x, y)];
  const grown = new Set([at(start[0], start[1])]);
  const waiting = [...grown];
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop())
    for (const step of [-1, 1, -width, width]) {
      const next = i + step;
      if (!allowed.has(next) || grown.has(next)) continue;
      grown.add(next);
      waiting.push(next);
    }
  return [...grown];
}
