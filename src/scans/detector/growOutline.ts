import type { Search } from "./search";

/** How clicks are placed. */
export interface PlaceOptions {
  readonly clickNm: number;
  readonly extent: number;
}

/** A click on the pixels of a relief. */
export interface PlacedClick {
  readonly x: number;
  readonly y: number;
  readonly defect: boolean;
}

/** Farthest that a defect which only a click tells of reaches from it, in nm. */
const grownNm = 0.6;
/** ... or this many times as far as half of the sure ones do from their middles. */
const grownShare = 1.2;
/** Fewer sure ones tell nothing of the others. */
const leastSure = 5;

/** How far what only a click tells of may reach, in nm: about as far as what is sure. */
export function usualReachNm({ candidates, scores, relief: { nm } }: Search): number {
  const sure = candidates.filter((_, k) => scores[k] >= 0.5);
  if (sure.length < leastSure) return grownNm;
  const radii = sure.map(({ pixels }) => nm * Math.sqrt(pixels.length / Math.PI)).sort((a, b) => a - b); // prettier-ignore
  return Math.min(grownNm, grownShare * radii[radii.length >> 1]);
}

/** The pixels around a click that answer as it does, and at least those next to it. */
export function growAround(
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

/** Index of the region with the pixel that lies nearest to a click. */
export function nearestOf(
  regions: readonly (readonly number[])[],
  { x, y }: PlacedClick,
  width: number,
): number {
  const away = regions.map(
    (pixels) =>
    pixels.reduce((least, i) => Math.min(least, Math.hypot((i % width) - x, Math.floor(i / width) - y)), Infinity), // prettier-ignore
  );
  return away.indexOf(Math.min(...away));
}

/** Free pixels on the way from a candidate to a click beside it, and the click's own. */
export function bridge(
  pixels: readonly number[],
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
