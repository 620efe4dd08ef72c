import type * as FastPng from "fast-png";
import { InputError, type Scan } from "../../core";
import { gwyPngKeys } from "./parseScanPng";
import { writeOwnSettings } from "./ownSettings";
import { pickChannel } from "./pickChannel";
import { cornerOf, placeKeys } from "./scanPlace";
import type { WriteImageOptions } from "./writeGsf";

let library: Promise<typeof FastPng> | undefined;

/**
 * Writes one channel as a 16-bit grey PNG, lowest value black and highest white, with the scale in Gwyddion's text keys;
 * heights come back to 1/131070 of their range. What was not measured becomes black, and then nothing else does.
 * @throws InputError if there is no such channel, or nothing of it was measured
 */
export async function writeScanPng(
  scan: Scan,
  { channel }: WriteImageOptions = {},
): Promise<Uint8Array> {
  const { name, unit, data, direction } = pickChannel(scan, channel);
  const corner = cornerOf(scan);
  const angle = scan.metadata[placeKeys.angle] as string | undefined;
  let [lowest, highest, gaps] = [Infinity, -Infinity, false];
  for (const value of data) {
    if (Number.isFinite(value)) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    } else gaps = true;
  }
  if (lowest > highest) {
    throw new InputError({
      got: `channel "${name}" of "${scan.name}", where nothing was measured`,
      expected: "at least one measured pixel",
      todo: "Choose another channel.",
    });
  }
  const first = gaps ? 1 : 0;
  const step = (highest - lowest) / (65535 - first);
  const grey = Uint16Array.from(data, (value) =>
    Number.isFinite(value) ? first + (step > 0 ? Math.round((value - lowest) / step) : 0) : 0,
  );
  const texts = {
    [gwyPngKeys.title]: plain(name),
    [gwyPngKeys.xReal]: String(scan.sizeMetres[0]),
    [gwyPngKeys.yReal]: String(scan.sizeMetres[1]),
    ...(corner === undefined
      ? {}
      : { [gwyPngKeys.xOffset]: String(corner[0]), [gwyPngKeys.yOffset]: String(corner[1]) }),
    ...(angle === undefined ? {} : { [gwyPngKeys.angle]: angle }),
    [gwyPngKeys.settings]: plain(writeOwnSettings(scan, direction)),
    [gwyPngKeys.lateralUnit]: "m",
    [gwyPngKeys.unit]: plain(unit),
    [gwyPngKeys.lowest]: String(lowest - first * step),
    [gwyPngKeys.highest]: String(highest),
    ...(gaps ? { [gwyPngKeys.missing]: "0" } : {}),
  };
  library ??= import("fast-png");
  const { encode } = await library;
  const { width, height } = scan;
  return encode({ width, height, depth: 16, channels: 1, data: grey, text: texts });
}

/** The text of a PNG is latin-1. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
}
