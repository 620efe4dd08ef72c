import { checkInteger } from "../../core";
import type { CurveGrid, Curves } from "./curveTypes";
import { placeKeys, scanOffset } from "./scanPlace";

/** A place of a grid. */
export interface GridPlace {
  /** From 0, at the left. */
  readonly column: number;
  /** From 0, at the top. */
  readonly row: number;
}

/**
 * The curves of one place of a grid: what was swept, then each channel. Where it lies on the surface is what the file
 * recorded, else the middle of its cell of the frame; NaN where the file says nothing of the frame.
 * @throws InputError if the grid has no such place
 */
export function gridCurves(grid: CurveGrid, { column, row }: GridPlace): Curves {
  const { width, height, sweep, channels, metadata, name } = grid;
  checkInteger("column", column, { min: 0, max: width - 1 });
  checkInteger("row", row, { min: 0, max: height - 1 });
  const points = sweep.values.length;
  const place = row * width + column;
  const plain = { direction: "forward", filtered: false } as const;
  return {
    name: `${name}: column ${column}, row ${row}`,
    columns: [
      { name: sweep.name, unit: sweep.unit, ...plain, data: sweep.values },
      ...channels.map(({ data, ...facts }) => ({
        ...facts,
        data: data.subarray(place * points, (place + 1) * points),
      })),
    ],
    positionMetres: positionOf(grid, place),
    segments: [0],
    metadata,
  };
}

function positionOf(grid: CurveGrid, place: number): [number, number, number] {
  const recorded = (name: string): number =>
    grid.maps.find((map) => map.name === name && map.unit === "m")?.data[place] ?? NaN;
  const [x, y, z] = ["X", "Y", "Z"].map(recorded);
  if (Number.isFinite(x) && Number.isFinite(y)) return [x, y, z];
  const { width, height, sizeMetres, metadata } = grid;
  const middle = scanOffset(grid);
  const degrees = Number(metadata[placeKeys.angle] ?? 0);
  // Which way a frame is turned is known of Nanonis alone: clockwise.
  const known = degrees === 0 || /^Nanonis/.test(metadata["fewscope.format"] ?? "");
  if (middle === undefined || !known) return [NaN, NaN, z];
  const turn = (degrees * Math.PI) / 180;
  const across = (((place % width) + 0.5) / width - 0.5) * sizeMetres[0];
  const up = (0.5 - (Math.floor(place / width) + 0.5) / height) * sizeMetres[1];
  return [
    middle[0] + across * Math.cos(turn) + up * Math.sin(turn),
    middle[1] - across * Math.sin(turn) + up * Math.cos(turn),
    z,
  ];
}
