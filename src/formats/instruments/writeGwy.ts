import { InputError, type Channel, type Scan } from "../../core";
import { noteMissing } from "./gwyMissing";
import {
  gwyDouble,
  gwyDoubles,
  gwyFileOf,
  gwyInt,
  gwyObject,
  gwyText,
  gwyTexts,
  gwyUnit,
  type GwyPart as Part,
} from "./gwyParts";
import { gwyOwnKeys } from "./parseGwy";
import { passedOverKey } from "./passedOver";
import { cornerOf } from "./scanPlace";
import { withoutEntry } from "./withoutEntry";

/** What `writeGwy` writes besides the scan. */
export interface WriteGwyOptions {
  /** Marked pixels of all channels, 1 where marked, for example found features. */
  readonly mask?: ArrayLike<number>;
}

/**
 * Writes a scan as a Gwyddion file: each channel an image with its unit and frame, the metadata as Gwyddion shows them,
 * history, scan direction, line time and bias beside them. What was not measured gets the mean of the channel and, where
 * no other mask is given, is masked; `readScan` makes it NaN again.
 * @throws InputError if the mask has another size, or the scan no channels
 * @see Gwyddion user guide, "Gwyddion native format"
 */
export function writeGwy(scan: Scan, { mask }: WriteGwyOptions = {}): Uint8Array {
  if (scan.channels.length === 0) {
    throw new InputError({
      got: `the scan "${scan.name}" without channels`,
      expected: "at least one channel",
      todo: "Check how the scan was made.",
    });
  }
  if (mask !== undefined && mask.length !== scan.width * scan.height) {
    throw new InputError({
      got: `a mask of ${mask.length} pixels for a scan of ${scan.width} x ${scan.height}`,
      expected: `${scan.width * scan.height} pixels`,
      todo: "Make the mask from this scan.",
    });
  }
  const titles = channelTitles(scan);
  const parts = scan.channels.flatMap((channel, i) =>
    channelParts(scan, channel, i, titles[i], mask),
  );
  return gwyFileOf(parts);
}

/** Titles as Gwyddion gives them to trace and retrace; no two are alike, since many readers go by title. */
function channelTitles({ channels }: Scan): string[] {
  const plain = channels.map(({ name, direction }) => {
    const alone = channels.filter((other) => other.name === name).length === 1;
    return alone ? name : `${name} (${direction === "forward" ? "Forward" : "Backward"})`;
  });
  return plain.map((title, i) => {
    const before = plain.slice(0, i).filter((other) => other === title).length;
    return before === 0 ? title : `${title} ${before + 1}`;
  });
}

function channelParts(
  scan: Scan,
  channel: Channel,
  i: number,
  title: string,
  mask: ArrayLike<number> | undefined,
): Part[] {
  const missing = noteMissing(channel.data);
  const shown =
    mask === undefined ? missing?.gaps : Uint8Array.from(mask, (value) => (value > 0 ? 1 : 0));
  return [
    [`/${i}/data`, "o", gwyField(scan, missing?.filled ?? channel.data, channel.unit)],
    [`/${i}/data/title`, "s", gwyText(title)],
    [`/${i}/data/visible`, "b", Uint8Array.of(1)],
    [`/${i}/meta`, "o", metadata(scan, channel, missing?.note)],
    ...(shown === undefined
      ? []
      : [[`/${i}/mask`, "o", gwyField(scan, Float64Array.from(shown), "")] as Part]),
  ];
}

/** A field with the frame of a scan. */
export function gwyField(scan: Scan, data: Float64Array, unit: string): Uint8Array {
  const { width, height, sizeMetres } = scan;
  const corner = cornerOf(scan);
  return gwyObject("GwyDataField", [
    ["xres", "i", gwyInt(width)],
    ["yres", "i", gwyInt(height)],
    ["xreal", "d", gwyDouble(sizeMetres[0])],
    ["yreal", "d", gwyDouble(sizeMetres[1])],
    ...(corner ?? []).map((at, axis): Part => [axis === 0 ? "xoff" : "yoff", "d", gwyDouble(at)]),
    ["si_unit_xy", "o", gwyUnit("m")],
    ["si_unit_z", "o", gwyUnit(unit)],
    ["data", "D", gwyDoubles(data)],
  ]);
}

function metadata(
  scan: Scan,
  { direction, name }: Channel,
  missing: string | undefined,
): Uint8Array {
  const { scanDirection, lineSeconds, biasVolts } = scan;
  const entries = {
    ...withoutEntry(scan.metadata, passedOverKey),
    [gwyOwnKeys.name]: name,
    [gwyOwnKeys.scan]: scan.name,
    [gwyOwnKeys.direction]: direction,
    [gwyOwnKeys.history]: JSON.stringify(scan.history),
    [gwyOwnKeys.settings]: JSON.stringify({ scanDirection, lineSeconds, biasVolts }),
    ...(missing === undefined ? {} : { [gwyOwnKeys.missing]: missing }),
  };
  return gwyTexts(entries);
}
