import * as path from "node:path";
import type { Channel } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { unsuitable } from "../damaged";
import type { CurveGrid, GridChannel } from "./curveTypes";
import { readHdf5 } from "./hdf5";
import {
  extentOf,
  imageOrder,
  nexusData,
  reordered,
  type NexusAxis,
  type NexusData,
} from "./nexusData";
import { nameOf, ownNotes } from "./parseNexus";
import { placeKeys } from "./scanPlace";

/**
 * Reads curves of a NeXus file (NXsts and others): the data groups with an axis that is no length, on a grid, along a line
 * or at one place. The first such axis is what was swept; groups over others are passed over.
 * @throws InputError if it is damaged, or holds no curves
 * @see NeXus, classes NXdata and NXsts
 */
export async function readNexusGrid(bytes: Uint8Array, file: string): Promise<CurveGrid> {
  const groups = nexusData(await readHdf5(bytes, file));
  const curves = groups.map(asGrid).filter((group) => group !== undefined);
  const [first] = curves as readonly (GridData | undefined)[];
  if (first === undefined) {
    throw unsuitable(
      file,
      "which holds no curves that NeXus describes",
      "data groups (NXdata) with an axis in V or another unit that is no length",
      "Images are read with readScan.",
    );
  }
  const mates = curves.filter((other) => sameSweep(first, other));
  const { width, height, sweep, data } = first;
  checkImageSize(width, height, file);
  const channels = mates.map((grid): GridChannel => {
    const { name, direction } = nameOf(grid.data);
    return { name, unit: grid.data.unit, direction, filtered: false, data: grid.values };
  });
  const maps = groups
    .filter(({ shape }) => shape.length === 2)
    .map((image) => ({ image, order: imageOrder(image.axes) }))
    .filter(
      ({ image, order }) =>
        image.shape[order.order[0]] === height && image.shape[order.order[1]] === width,
    )
    .map(({ image, order }): Channel => {
      const { name, direction } = nameOf(image);
      return { name, unit: image.unit, direction, data: reordered(image, order) };
    });
  const [x, y] = [extentOf(first.columns), extentOf(first.rows)];
  const own = ownNotes(data.entry).metadata;
  return {
    name: path.basename(file),
    width,
    height,
    sizeMetres: [x?.size ?? 0, y?.size ?? 0],
    sweep: { name: sweep.name, unit: sweep.unit, values: sweep.values },
    channels,
    maps,
    metadata: {
      ...own,
      "fewscope.format": "NeXus",
      ...(own === undefined && x !== undefined && y !== undefined
        ? { [placeKeys.offset]: `${x.middle} ${y.middle}` }
        : {}),
    },
  };
}

interface GridData {
  readonly data: NexusData;
  readonly width: number;
  readonly height: number;
  readonly sweep: NexusAxis;
  readonly rows: NexusAxis | undefined;
  readonly columns: NexusAxis | undefined;
  readonly values: Float64Array;
}

/** One, two or three dimensions of which one is swept. */
function asGrid(data: NexusData): GridData | undefined {
  const { axes, shape } = data;
  const swept = axes.findIndex(
    (axis) => axis !== undefined && axis.unit !== "m" && axis.unit !== "",
  );
  const sweep = swept < 0 ? undefined : axes[swept];
  if (sweep === undefined || shape.length > 3) return undefined;
  // A line or a single place is a grid of one row.
  const missing = 3 - shape.length;
  const padded: NexusData = {
    ...data,
    shape: [...new Array<number>(missing).fill(1), ...shape],
    axes: [...new Array<undefined>(missing).fill(undefined), ...axes],
  };
  const places = [0, 1, 2].filter((i) => i !== swept + missing);
  const placed = imageOrder(places.map((i) => padded.axes[i]));
  const order = [...placed.order.map((i) => places[i]), swept + missing];
  const [rows, columns] = order;
  return {
    data,
    width: padded.shape[columns],
    height: padded.shape[rows],
    sweep,
    rows: padded.axes[rows],
    columns: padded.axes[columns],
    values: reordered(padded, { order, flip: placed.flip, mirror: placed.mirror }),
  };
}

function sameSweep(a: GridData, b: GridData): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.sweep.unit === b.sweep.unit &&
    a.sweep.values.length === b.sweep.values.length &&
    a.sweep.values.every((value, i) => value === b.sweep.values[i])
  );
}
