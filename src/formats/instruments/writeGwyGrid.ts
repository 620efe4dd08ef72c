import type { Scan } from "../../core";
import type { CurveGrid, GridChannel } from "./curveTypes";
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
  type GwyPart,
} from "./gwyParts";
import { gridMap } from "./gridMap";
import { gwyOwnKeys } from "./parseGwy";
import { cornerOf } from "./scanPlace";
import { gwyField } from "./writeGwy";

/**
 * Writes curves on a grid as volume data of a Gwyddion file, each channel a volume whose third axis is what was swept, with
 * the quantities of which each place has one as images. What was not measured gets the mean of the channel; `readGrid` makes
 * it NaN again.
 * @throws InputError if the grid has no size on the surface
 * @see Gwyddion user guide, "Gwyddion native format", GwyBrick
 */
export function writeGwyGrid(grid: CurveGrid): Uint8Array {
  const { sweep, channels, maps } = grid;
  const middle = gridMap(grid, sweep.values[sweep.values.length >> 1]);
  const parts = channels.flatMap((channel, i): GwyPart[] => {
    const planes = planeAfterPlane(channel, grid);
    const missing = noteMissing(planes);
    const preview = noteMissing(middle.channels[i].data)?.filled ?? middle.channels[i].data;
    return [
      [`/brick/${i}`, "o", brick(grid, middle, channel.unit, missing?.filled ?? planes)],
      [`/brick/${i}/title`, "s", gwyText(`${channel.name} (${channel.direction})`)],
      [`/brick/${i}/visible`, "b", Uint8Array.of(1)],
      [`/brick/${i}/preview`, "o", gwyField(middle, preview, channel.unit)],
      [`/brick/${i}/meta`, "o", metadata(grid, channel, missing?.note)],
    ];
  });
  const images = maps.flatMap(({ name, unit, data }, i): GwyPart[] => [
    [`/${i}/data`, "o", gwyField(middle, noteMissing(data)?.filled ?? data, unit)],
    [`/${i}/data/title`, "s", gwyText(name)],
    [`/${i}/data/visible`, "b", Uint8Array.of(1)],
  ]);
  return gwyFileOf([...parts, ...images]);
}

function planeAfterPlane({ data }: GridChannel, { width, height, sweep }: CurveGrid): Float64Array {
  const [places, points] = [width * height, sweep.values.length];
  const planes = new Float64Array(data.length);
  for (let place = 0; place < places; place++)
    for (let i = 0; i < points; i++) planes[i * places + place] = data[place * points + i];
  return planes;
}

function brick(grid: CurveGrid, frame: Scan, unit: string, data: Float64Array): Uint8Array {
  const { sweep, width, height } = grid;
  const { values } = sweep;
  const [first, last] = [values[0], values[values.length - 1]];
  const step = (last - first) / Math.max(1, values.length - 1);
  const span = Math.abs(step) * values.length || 1;
  const corner = cornerOf(frame) ?? [0, 0];
  return gwyObject("GwyBrick", [
    ["xres", "i", gwyInt(width)],
    ["yres", "i", gwyInt(height)],
    ["zres", "i", gwyInt(values.length)],
    ["xreal", "d", gwyDouble(frame.sizeMetres[0])],
    ["yreal", "d", gwyDouble(frame.sizeMetres[1])],
    ["zreal", "d", gwyDouble(span)],
    ["xoff", "d", gwyDouble(corner[0])],
    ["yoff", "d", gwyDouble(corner[1])],
    ["zoff", "d", gwyDouble(Math.min(first, last) - Math.abs(step) / 2)],
    ["si_unit_x", "o", gwyUnit("m")],
    ["si_unit_y", "o", gwyUnit("m")],
    ["si_unit_z", "o", gwyUnit(sweep.unit)],
    ["si_unit_w", "o", gwyUnit(unit)],
    ["data", "D", gwyDoubles(data)],
    ["calibration", "O", calibration(sweep, span)],
  ]);
}

/** The swept values as they are: sweeps may run downwards, or in parts of steps of their own. */
function calibration({ values, unit }: CurveGrid["sweep"], span: number): Uint8Array {
  const line = gwyObject("GwyDataLine", [
    ["res", "i", gwyInt(values.length)],
    ["real", "d", gwyDouble(span)],
    ["si_unit_x", "o", gwyUnit(unit)],
    ["si_unit_y", "o", gwyUnit(unit)],
    ["data", "D", gwyDoubles(values)],
  ]);
  return new Uint8Array(Buffer.concat([gwyInt(1), line]));
}

function metadata(
  { metadata: entries, sweep }: CurveGrid,
  { name, direction }: GridChannel,
  missing: string | undefined,
): Uint8Array {
  return gwyTexts({
    ...entries,
    "fewscope sweep": sweep.name,
    [gwyOwnKeys.name]: name,
    [gwyOwnKeys.direction]: direction,
    ...(missing === undefined ? {} : { [gwyOwnKeys.missing]: missing }),
  });
}
