/** A place in nm. */
interface Place {
  readonly xNm: number;
  readonly yNm: number;
}

/**
 * Periods that are looked for, in nm: longer than those of atom rows, on whose sites defects always lie, and shorter than what a
 * crowded corner of a scan looks like.
 */
const [shortestNm, longestNm] = [1.2, 6];
/** Only places within this distance of the first are compared, in nm, and so many of them. */
const [windowNm, mostPlaces] = [40, 150];
/** Fewer places form a pattern by chance. */
const leastPlaces = 12;
/** Share of all places that must scatter in step; and so many of them, since a few do by chance. */
const [inStep, leastInStep] = [0.25, 10];

/**
 * The period, in nm, in which places repeat; undefined where they lie at random. Defects do not repeat, but what a superstructure shows
 * does. By the structure factor |sum exp(i q r)|^2 / n, which is about 1 for places at random and n for a lattice.
 */
export function regularity(places: readonly Place[]): number | undefined {
  const [first] = places;
  if (places.length < leastPlaces) return undefined;
  const near = places
    .filter(
      ({ xNm, yNm }) =>
        Math.max(Math.abs(xNm - first.xNm), Math.abs(yNm - first.yNm)) < windowNm / 2,
    ) // prettier-ignore
    .slice(0, mostPlaces);
  if (near.length < leastPlaces) return undefined;
  const span = Math.max(extent(near.map(({ xNm }) => xNm)), extent(near.map(({ yNm }) => yNm)));
  // Four periods at least must be there, and steps finer than the width of a peak.
  const [longest, step] = [Math.min(longestNm, span / 4), Math.PI / span];
  const reach = Math.floor((2 * Math.PI) / shortestNm / step);
  let best = { strength: 0, period: 0 };
  for (let u = 0; u <= reach; u++)
    for (let v = -reach; v <= reach; v++) {
      const q = step * Math.hypot(u, v);
      const period = (2 * Math.PI) / q;
      if (!(period >= shortestNm && period <= longest)) continue;
      const strength = inStepAt(near, step * u, step * v);
      if (strength > best.strength) best = { strength, period };
    }
  return best.strength > Math.max(inStep, leastInStep / near.length) ? best.period : undefined;
}

/** |mean of exp(i q r)|^2: 1 where all places scatter in step. */
function inStepAt(places: readonly Place[], qx: number, qy: number): number {
  let [re, im] = [0, 0];
  for (const { xNm, yNm } of places) {
    const phase = qx * xNm + qy * yNm;
    re += Math.cos(phase);
    im += Math.sin(phase);
  }
  return (re * re + im * im) / places.length ** 2;
}

const extent = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
