import { InputError, type Scan } from "../core";
import type { Feature } from "./describeRegion";
import { chosenChannels } from "./steps";

/** What `detect` found on a scan. */
export interface Detection {
  /** From the surest to the least sure. */
  readonly features: readonly Feature[];
  /** One number a pixel of the scan: 0 for the surface, else 1 + the index of the feature. */
  readonly mask: Int32Array;
  readonly width: number;
  readonly height: number;
  /** What should be known of it, in sentences: pixels too coarse to show atoms, for example. */
  readonly notes: readonly string[];
}

/** The values of a channel of a scan that can be searched. @throws InputError if nothing is measured, or the frame has no size */
export function dataToSearch(scan: Scan, channel: string): Float64Array {
  const [{ data }] = chosenChannels(scan, channel);
  const [x, y] = scan.sizeMetres;
  const wrong = !(x > 0 && y > 0 && Number.isFinite(x * y))
    ? `a frame of ${x} m x ${y} m`
    : data.every((value) => !Number.isFinite(value))
      ? "no measured pixel"
      : undefined;
  if (wrong === undefined) return data;
  throw new InputError({
    got: `"${scan.name}" with ${wrong}`,
    expected: "measured pixels in a frame of known size",
    todo: "Check the file, or set sizeMetres.",
  });
}
