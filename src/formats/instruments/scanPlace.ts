import type { Scan } from "../../core";

/** Metadata entries that say where a frame lies, the same for all formats. */
export const placeKeys = { offset: "fewscope.offset_m", angle: "fewscope.angle_deg" } as const;

/** Where the middle of a scan's frame lies on the surface, in metres; undefined where its file did not say. */
export function scanOffset({
  metadata,
}: Pick<Scan, "metadata">): [x: number, y: number] | undefined {
  return offsetFrom(metadata[placeKeys.offset]);
}

function offsetFrom(text: string | undefined): [x: number, y: number] | undefined {
  const [x, y] = (text ?? "").split(" ").map(Number);
  return text !== undefined && Number.isFinite(x) && Number.isFinite(y) ? [x, y] : undefined;
}

/** Upper left corner of a frame, which Gwyddion keeps, from its middle, which instruments keep. */
export function cornerOf(scan: Scan): [x: number, y: number] | undefined {
  const middle = scanOffset(scan);
  if (middle === undefined) return undefined;
  return [middle[0] - scan.sizeMetres[0] / 2, middle[1] - scan.sizeMetres[1] / 2];
}

/**
 * Middle of a frame from its corner. Where the file also holds the middle in digits of its own, and both say the same, the
 * digits stay as they were.
 */
export function middleOf(
  corner: readonly [number, number],
  size: readonly [number, number],
  noted: string | undefined,
): [x: number, y: number] {
  const middle: [number, number] = [corner[0] + size[0] / 2, corner[1] + size[1] / 2];
  const before = offsetFrom(noted);
  const same = before?.every((value, i) => Math.abs(value - middle[i]) <= 1e-6 * size[i]) === true;
  return same ? before : middle;
}
