import type { Scan } from "../../core";
import { writeOwnSettings } from "./ownSettings";
import { gsfMagic, gsfSettingsKey } from "./parseGsf";
import { passedOverKey } from "./passedOver";
import { pickChannel, type ChannelChoice } from "./pickChannel";
import { cornerOf } from "./scanPlace";
import { withoutEntry } from "./withoutEntry";

/** Which part of a scan to write. */
export interface WriteImageOptions {
  /** @default the channel that stands for the scan: heights before all else */
  readonly channel?: ChannelChoice;
}

/**
 * Writes one channel as a Gwyddion Simple Field: float32, so seven digits; what was not measured stays NaN, which Gwyddion
 * masks. Metadata keep their names where the format can hold them.
 * @throws InputError if there is no such channel
 * @see Gwyddion user guide, "Gwyddion Simple Field"
 */
export function writeGsf(scan: Scan, { channel }: WriteImageOptions = {}): Uint8Array {
  const { name, unit, data, direction } = pickChannel(scan, channel);
  const corner = cornerOf(scan);
  const own = {
    XRes: scan.width,
    YRes: scan.height,
    XReal: scan.sizeMetres[0],
    YReal: scan.sizeMetres[1],
    ...(corner === undefined ? {} : { XOffset: corner[0], YOffset: corner[1] }),
    XYUnits: "m",
    ZUnits: unit,
    Title: name.replace(/[\r\n\0]+/g, " "),
    [gsfSettingsKey]: writeOwnSettings(scan, direction),
  };
  const metadata = withoutEntry(scan.metadata, passedOverKey);
  const lines = Object.entries({ ...own, ...plainEntries(metadata, own) }).map(
    ([key, value]) => `${key} = ${value}\n`,
  );
  const text = Buffer.from(gsfMagic + lines.join(""), "utf8");
  const from = text.length + 4 - (text.length % 4);
  const file = new Uint8Array(from + 4 * data.length);
  file.set(text);
  const view = new DataView(file.buffer, from);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i], true);
  return file;
}

/** Header lines hold neither line breaks nor zeros, and their keys no "=". */
function plainEntries(
  metadata: Readonly<Record<string, string>>,
  own: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata)
      .filter(([key]) => !(key in own) && /^[^=\s\0][^=\n\r\0]*$/.test(key))
      .map(([key, value]) => [key, value.replace(/[\r\n\0]+/g, " ").trim()]),
  );
}
