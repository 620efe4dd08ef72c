import type { Channel, Scan } from "../core";
import { searchRelief } from "./searchRelief";

/** A step is a place where the ground jumps by this many deviations of the clean surface ... */
const jump = 1;
/** ... and a scan has steps where this share of it is such a place. Scans of one terrace have next to none. */
const leastShare = 0.015;
/** Steps show on so many pixels as well as on more. */
const enoughPixels = 2 ** 17;

/** Whether a channel shows more than one terrace. */
export function hasSteps({ width, height, sizeMetres }: Scan, { data }: Channel): boolean {
  const nm = [(sizeMetres[0] * 1e9) / width, (sizeMetres[1] * 1e9) / height] as const;
  if (!(nm[0] > 0 && nm[1] > 0) || !data.some(Number.isFinite)) return false;
  const coarse = Math.sqrt((nm[0] * nm[1] * data.length) / Math.min(data.length, enoughPixels));
  const { jumps } = searchRelief(data, width, nm, coarse);
  let count = 0;
  for (let i = 0; i < jumps.length; i++) if (jumps[i] > jump) count++;
  return count > leastShare * jumps.length;
}
