import * as path from "node:path";
import { checkImageSize } from "../checkImageSize";
import { damaged, unsuitable } from "../damaged";
import { checkMemory } from "./checkMemory";
import type { CurveGrid, GridChannel } from "./curveTypes";
import { findMissing } from "./gwyMissing";
import { isGwyObject, type GwyObject, type GwyValue } from "./gwyTypes";
import { gwyOwnKeys } from "./parseGwy";
import { parseGwyObject } from "./parseGwyObject";
import { placeKeys } from "./scanPlace";
import { siUnit } from "./siUnit";

/**
 * Reads the volume data of a Gwyddion file as curves on a grid: the third axis is what was swept. Volumes of the size of the
 * first are its channels.
 * @throws InputError if it is damaged, or holds no volume
 * @see Gwyddion user guide, "Gwyddion native format", GwyBrick
 */
export function parseGwyVolumes(bytes: Uint8Array, file: string): CurveGrid {
  const container = parseGwyObject(bytes, file, 4);
  const numbers = [...container.parts.keys()]
    .flatMap((key) => /^\/brick\/(\d{1,9})$/.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const volumes = numbers.flatMap((number) => {
    const brick = container.parts.get(`/brick/${number}`);
    return isGwyObject(brick, "GwyBrick") ? [{ number, brick }] : [];
  });
  if (volumes.length === 0) {
    throw unsuitable(
      file,
      "which holds no volume",
      "volume data, as Gwyddion keeps spectroscopy",
      "Read its images with readScans.",
    );
  }
  const first = facts(volumes[0].brick, file);
  const mates = volumes.filter(({ brick }) => sameSize(brick, volumes[0].brick));
  checkImageSize(first.width, first.height, file);
  checkMemory(file, 8 * mates.length * first.width * first.height * first.points, bytes.length);
  const meta = texts(container.parts.get(`/brick/${volumes[0].number}/meta`));
  const channels = mates.map(({ number, brick }) =>
    toChannel(brick, container, number, first, file),
  );
  const { x, y, z } = first;
  const own = new Set<string>(Object.values(gwyOwnKeys));
  return {
    name: path.basename(file),
    width: first.width,
    height: first.height,
    sizeMetres: [x.size, y.size],
    sweep: { name: meta.get("fewscope sweep") ?? "sweep", unit: z.unit, values: first.values },
    channels,
    maps: [],
    metadata: {
      ...Object.fromEntries([...meta].filter(([key]) => !own.has(key) && key !== "fewscope sweep")),
      "fewscope.format": "Gwyddion",
      [placeKeys.offset]:
        meta.get(placeKeys.offset) ?? `${x.from + x.size / 2} ${y.from + y.size / 2}`,
    },
  };
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly unit: string;
}

interface BrickFacts {
  readonly width: number;
  readonly height: number;
  readonly points: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly z: Axis;
  readonly values: Float64Array;
}

const numberOf = (value: GwyValue | undefined, missing: number): number =>
  typeof value === "number" ? value : missing;

function axisOf({ parts }: GwyObject, axis: "x" | "y" | "z"): Axis {
  const { unit, factor } = siUnit(unitText(parts.get(`si_unit_${axis}`)));
  return {
    size: numberOf(parts.get(`${axis}real`), 1) * factor,
    from: numberOf(parts.get(`${axis}off`), 0) * factor,
    unit,
  };
}

function unitText(value: GwyValue | undefined): string {
  const text = isGwyObject(value) ? value.parts.get("unitstr") : undefined;
  return typeof text === "string" ? text : "";
}

function facts(brick: GwyObject, file: string): BrickFacts {
  const { parts } = brick;
  const [width, height, points] = ["xres", "yres", "zres"].map((key) =>
    numberOf(parts.get(key), NaN),
  );
  const data = parts.get("data");
  const whole = [width, height, points].every((size) => Number.isSafeInteger(size) && size > 0);
  if (!whole || !(data instanceof Float64Array) || data.length !== width * height * points) {
    throw damaged(file, `its volume says ${width} x ${height} x ${points} and holds other data`);
  }
  const z = axisOf(brick, "z");
  const lines = parts.get("calibration");
  const line = Array.isArray(lines) ? (lines as readonly GwyObject[]).at(0) : undefined;
  const calibrated = isGwyObject(line) ? line.parts.get("data") : undefined;
  const { unit, factor } = siUnit(isGwyObject(line) ? unitText(line.parts.get("si_unit_y")) : "");
  const known = calibrated instanceof Float64Array && calibrated.length === points;
  return {
    width,
    height,
    points,
    x: axisOf(brick, "x"),
    y: axisOf(brick, "y"),
    z: known ? { ...z, unit } : z,
    values: known
      ? calibrated.map((value) => value * factor)
      : Float64Array.from({ length: points }, (_, i) => z.from + ((i + 0.5) * z.size) / points),
  };
}

function sameSize(a: GwyObject, b: GwyObject): boolean {
  return ["xres", "yres", "zres"].every((key) => a.parts.get(key) === b.parts.get(key));
}

function texts(value: GwyValue | undefined): Map<string, string> {
  const found = new Map<string, string>();
  if (isGwyObject(value))
    for (const [key, item] of value.parts) if (typeof item === "string") found.set(key, item);
  return found;
}

/** Gwyddion keeps plane after plane; here the points of one place stand together. */
function toChannel(
  brick: GwyObject,
  container: GwyObject,
  number: number,
  { width, height, points }: BrickFacts,
  file: string,
): GridChannel {
  const stored = brick.parts.get("data");
  const places = width * height;
  if (!(stored instanceof Float64Array) || stored.length !== places * points)
    throw damaged(file, `its volume ${number} holds other data than its size`);
  const { unit, factor } = siUnit(unitText(brick.parts.get("si_unit_w")));
  const meta = texts(container.parts.get(`/brick/${number}/meta`));
  const gaps = findMissing(stored, meta.get(gwyOwnKeys.missing));
  const data = new Float64Array(stored.length);
  for (let plane = 0; plane < points; plane++) {
    for (let place = 0; place < places; place++) {
      const from = plane * places + place;
      const value = stored[from];
      const gap = gaps?.[from] === 1 || !Number.isFinite(value);
      data[place * points + plane] = gap ? NaN : value * factor;
    }
  }
  const title = container.parts.get(`/brick/${number}/title`);
  return {
    name: meta.get(gwyOwnKeys.name) ?? (typeof title === "string" ? title : `volume ${number}`),
    unit,
    direction: meta.get(gwyOwnKeys.direction) === "backward" ? "backward" : "forward",
    filtered: false,
    data,
  };
}
