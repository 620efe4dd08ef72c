import { parseDecimal } from "../parseDecimal";

/** A part of a sweep with steps of its own. */
export interface SweepSegment {
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/**
 * The parts of a sweep of several ("MultiLine Settings" of the instrument's software), as the header lists them: a line of
 * titles, then start, end, settling, integration, steps and so on for each part, parts apart by ";" or lines.
 */
export function nanonisSegments(metadata: Readonly<Record<string, string>>): SweepSegment[] {
  const keys = Object.keys(metadata).filter((key) => /multi-?line settings/i.test(key));
  const titles = /segment start.*?\bsteps\b/i;
  const found = keys.flatMap((key) => {
    const value = metadata[key].replace(/^"|"$/g, "");
    const inKey = titles.test(key);
    const parts = value.split(/[;\n]/).map((part) => part.trim());
    return (inKey ? parts : parts.filter((part) => !titles.test(part))).flatMap(readPart);
  });
  return found;
}

function readPart(text: string): SweepSegment[] {
  const cells = text.split(/\s*[,\t]\s*/).map(parseDecimal);
  const [from, to, , , points] = cells;
  return Number.isFinite(from) && Number.isFinite(to) && Number.isSafeInteger(points) && points > 0
    ? [{ from, to, points }]
    : [];
}

/** Where each part of a sweep of so many points begins; one part where the header lists none, or others. */
export function segmentStarts(
  metadata: Readonly<Record<string, string>>,
  points: number,
): number[] {
  const parts = nanonisSegments(metadata);
  const count = parts.reduce((sum, part) => sum + part.points, 0);
  // Neighbours may share the point between them.
  const shared = count - (parts.length - 1) === points;
  if (parts.length < 2 || (count !== points && !shared)) return [0];
  let at = 0;
  return parts.map((part) => {
    const start = at;
    at += part.points - (shared ? 1 : 0);
    return start;
  });
}
