import { InputError, type Channel, type Scan } from "../../core";
import { byteWriter } from "./byteWriter";
import { noteMissing } from "./gwyMissing";
import { gwyOwnKeys } from "./parseGwy";
import { passedOverKey } from "./passedOver";
import { cornerOf } from "./scanPlace";

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
  const file = byteWriter();
  file.bytes(Buffer.from("GWYP", "latin1"));
  file.bytes(object("GwyContainer", parts));
  return file.done();
}

/** One part of an object: its key, its type letter and its value as bytes. */
type Part = readonly [key: string, type: string, value: Uint8Array];

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
    [`/${i}/data`, "o", dataField(scan, missing?.filled ?? channel.data, channel.unit)],
    [`/${i}/data/title`, "s", text(title)],
    [`/${i}/data/visible`, "b", Uint8Array.of(1)],
    [`/${i}/meta`, "o", metadata(scan, channel, missing?.note)],
    ...(shown === undefined
      ? []
      : [[`/${i}/mask`, "o", dataField(scan, Float64Array.from(shown), "")] as Part]),
  ];
}

function dataField(scan: Scan, data: Float64Array, unit: string): Uint8Array {
  const { width, height, sizeMetres } = scan;
  const corner = cornerOf(scan);
  return object("GwyDataField", [
    ["xres", "i", int32(width)],
    ["yres", "i", int32(height)],
    ["xreal", "d", double(sizeMetres[0])],
    ["yreal", "d", double(sizeMetres[1])],
    ...(corner ?? []).map((at, axis): Part => [axis === 0 ? "xoff" : "yoff", "d", double(at)]),
    ["si_unit_xy", "o", object("GwySIUnit", [["unitstr", "s", text("m")]])],
    ["si_unit_z", "o", object("GwySIUnit", [["unitstr", "s", text(unit)]])],
    ["data", "D", doubles(data)],
  ]);
}

function metadata(scan: Scan, { direction, name }: Channel, missing: string | undefined): Uint8Array {
  const { scanDirection, lineSeconds, biasVolts } = scan;
  const { [passedOverKey]: _, ...kept } = scan.metadata;
  const entries = {
    ...kept,
    [gwyOwnKeys.name]: name,
    [gwyOwnKeys.scan]: scan.name,
    [gwyOwnKeys.direction]: direction,
    [gwyOwnKeys.history]: JSON.stringify(scan.history),
    [gwyOwnKeys.settings]: JSON.stringify({ scanDirection, lineSeconds, biasVolts }),
    ...(missing === undefined ? {} : { [gwyOwnKeys.missing]: missing }),
  };
  return object(
    "GwyContainer",
    Object.entries(entries).map(([key, value]) => [key, "s", text(value)]),
  );
}

function object(type: string, parts: readonly Part[]): Uint8Array {
  const payload = byteWriter();
  for (const [key, letter, value] of parts) {
    payload.text(key);
    payload.bytes(Buffer.from(letter, "latin1"));
    payload.bytes(value);
  }
  const content = payload.done();
  const whole = byteWriter();
  whole.text(type);
  whole.u32(content.length);
  whole.bytes(content);
  return whole.done();
}

function text(value: string): Uint8Array {
  const writer = byteWriter();
  writer.text(value);
  return writer.done();
}

function int32(value: number): Uint8Array {
  const writer = byteWriter();
  writer.i32(value);
  return writer.done();
}

function double(value: number): Uint8Array {
  const writer = byteWriter();
  writer.f64(value);
  return writer.done();
}

function doubles(values: Float64Array): Uint8Array {
  const writer = byteWriter();
  writer.u32(values.length);
  writer.doubles(values);
  return writer.done();
}
