import type { Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { assembleScan } from "./assembleScan";
import { headerTable } from "./headerTable";
import { lateralSize } from "./lateralSize";
import type { ValueOptions } from "./parseTiff";
import { readOwnSettings } from "./ownSettings";
import { readPlane } from "./readPlane";
import { middleOf, placeKeys } from "./scanPlace";
import { siUnit } from "./siUnit";
import { textLines } from "./textLines";
import { withoutEntry } from "./withoutEntry";

/** Header line in which `writeGsf` keeps what the format has no place for. */
export const gsfSettingsKey = "fewscope settings";

/** First line of a file. */
export const gsfMagic = "Gwyddion Simple Field 1.0\n";

/**
 * Reads a Gwyddion Simple Field.
 * @throws InputError if it is cut short, or says no size and none is given
 * @see Gwyddion user guide, "Gwyddion Simple Field"
 */
export function parseGsf(bytes: Uint8Array, file: string, options: ValueOptions): Scan {
  const end = bytes.indexOf(0);
  if (end < 0) throw damaged(file, "its header has no end");
  const header = headerTable(file);
  const text = bytes.subarray(gsfMagic.length, end);
  for (const line of textLines(text)) {
    const at = line.indexOf("=");
    if (at > 0) header.add(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const number = (key: string, missing: number): number =>
    header.get(key) === undefined ? missing : parseDecimal(header.get(key));
  const [width, height] = [number("XRes", NaN), number("YRes", NaN)];
  if (![width, height].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw damaged(file, `its header says ${width} x ${height} pixels`);
  }
  checkImageSize(width, height, file);
  // One to four zeros fill the header up to a multiple of four.
  const from = end + 4 - (end % 4);
  if (from + 4 * width * height !== bytes.length) {
    throw damaged(
      file,
      `${width} x ${height} pixels need ${from + 4 * width * height} bytes and it has ${bytes.length}`,
    );
  }
  const { unit, factor } = siUnit((header.get("ZUnits") ?? "") || (options.unit ?? ""));
  const lateral = siUnit(header.get("XYUnits") ?? "");
  const sizeMetres = lateralSize(
    file,
    {
      width,
      height,
      ...(header.get("XReal") === undefined && header.get("XYUnits") === undefined
        ? {}
        : { size: [number("XReal", 1), number("YReal", 1)], unit: lateral }),
    },
    options,
  );
  const { direction = "forward", ...settings } = readOwnSettings(header.get(gsfSettingsKey));
  const placed = header.get("XOffset") !== undefined || header.get("YOffset") !== undefined;
  const metadata = withoutEntry(header.toRecord(), gsfSettingsKey);
  return assembleScan({
    file,
    format: "Gwyddion Simple Field",
    ...settings,
    channels: [
      {
        name: header.get("Title") ?? "data",
        unit,
        direction,
        data: readPlane(bytes, { from, width, height, type: "f32", scale: factor }),
      },
    ],
    width,
    height,
    sizeMetres,
    ...(placed
      ? {
          offsetMetres: middleOf(
            [number("XOffset", 0) * lateral.factor, number("YOffset", 0) * lateral.factor],
            sizeMetres,
            header.get(placeKeys.offset),
          ),
        }
      : {}),
    metadata,
  });
}
