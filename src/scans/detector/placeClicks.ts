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
    else if (own.length === 1) result.push({ ...judged(candidate, own[0], found), score });
    else for (const part of split(candidate, own, found)) result.push({ ...part, score });
  });
  for (const click of placed) {
    if (click.candidate >= 0 || !click.defect) continue;
    const pixels = grow(found, owner, click, options);
    pixels.forEach((i) => (owner[i] = result.length));
    result.push({ candidate: candidateOf(pixels, found), score: grownScore, said: 1 });
  }
  return {
    candidates: result.map(({ candidate }) => candidate),
    scores: result.map(({ score }) => score),
    said: result.map(({ said }) => said),
  };
}

/** Height of a place within a candidate, as a share of its top, below which "none" means the place and not the candidate. */
const sideShare = 0.5;

/** What one click says of its candidate: that it is real, or none, or too wide. */
function judged(
  candidate: Candidate,
  { x, y, defect }: PlacedClick,
  found: Search,
): { candidate: Candidate; said: 0 | 1 | undefined } {
  if (defect) return { candidate, said: 1 };
  const height = (i: number): number => Math.abs(found.answer.difference[i]);
  const top = candidate.pixels.reduce((most, i) => Math.max(most, height(i)), 0);
  const here = height(y * found.relief.width + x);
  const closer = candidate.pixels.filter((i) => height(i) > here);
  if (here >= sideShare * top || closer.length === 0) return { candidate, said: 0 };
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

/** Parts of a candidate, one for each click: a pixel goes with the nearest. */
function split(
  candidate: Candidate,
  clicks: readonly PlacedClick[],
  found: Search,
): { candidate: Candidate; said: 0 | 1 }[] {
  const { width } = found.relief;
  const parts = clicks.map((): number[] => []);
  for (const i of candidate.pixels) {
    const away = clicks.map(({ x, y }) => Math.hypot((i % width) - x, Math.floor(i / width) - y));
    parts[away.indexOf(Math.min(...away))].push(i);
  }
  return parts.flatMap(
    (pixels, n) =>
    pixels.length === 0 ? [] : [{ candidate: candidateOf(pixels, found), said: clicks[n].defect ? (1 as const) : (0 as const) }], // prettier-ignore
  );
}

/** The pixels around a click that answer as it does, and at least those next to it. */
function grow(
  { relief, answer }: Search,
  owner: Int32Array,
  { x, y }: PlacedClick,
  { clickNm, extent }: PlaceOptions,
): number[] {
  const { width, height, nm } = relief;
  const reach = Math.ceil(grownNm / nm);
  const least = Math.max(1, clickNm / nm);
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
