import { checkNumber, InputError, type Channel, type Scan } from "../../core";
import type { CurveGrid } from "./curveTypes";

/**
 * An image of a grid at one value of what was swept, for example a map of dI/dV at a bias in V: each channel at the point
 * nearest to it, then what each place has one of, such as its height. A row of places gets pixels as high as they are wide.
 * @throws InputError if the value lies outside the sweep
 */
export function gridMap(grid: CurveGrid, at: number): Scan {
  const { name, width, height, sweep, channels, maps, metadata } = grid;
  checkNumber("at", at);
  const nearest = nearestPoint(grid, at);
  const points = sweep.values.length;
  const value = sweep.values[nearest];
  const shown = `${sweep.name} ${Number(value.toPrecision(6))} ${sweep.unit}`.trim();
  const cut = channels.map(({ name: channel, unit, direction, data }): Channel => {
    const image = new Float64Array(width * height);
    for (let i = 0; i < image.length; i++) image[i] = data[i * points + nearest];
    return { name: channel, unit, direction, data: image };
  });
  const completed = Array.from({ length: height }, (_, row) =>
    cut.some(({ data }) =>
      data.subarray(row * width, (row + 1) * width).every((v) => !Number.isNaN(v)),
    ),
  ).filter(Boolean).length;
  return {
    name: `${name}: ${shown}`,
    channels: [...cut, ...maps],
    width,
    height,
    sizeMetres: frameOf(grid),
    completedRows: completed,
    scanDirection: "unknown",
    ...(sweep.unit === "V" ? { biasVolts: value } : {}),
    metadata: { ...metadata, "fewscope.map_at": shown },
    history: [],
  };
}

function nearestPoint({ sweep, name }: CurveGrid, at: number): number {
  const { values, unit } = sweep;
  let [low, high, nearest, gap] = [Infinity, -Infinity, 0, Infinity];
  values.forEach((value, i) => {
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (Math.abs(value - at) < gap) [nearest, gap] = [i, Math.abs(value - at)];
  });
  const step = (high - low) / Math.max(1, values.length - 1);
  // A little beyond the ends is rounding.
  if (at >= low - step && at <= high + step) return nearest;
  throw new InputError({
    got: `${sweep.name} ${at} ${unit} of "${name}"`,
    expected: `a value from ${low} to ${high} ${unit}`,
    todo: "Choose one that was swept.",
  });
}

function frameOf({ width, height, sizeMetres, name }: CurveGrid): [number, number] {
  const [x, y] = sizeMetres;
  if (x > 0 && y > 0) return [x, y];
  if (x > 0 && height === 1) return [x, x / width];
  if (y > 0 && width === 1) return [y / height, y];
  throw new InputError({
    got: `"${name}", whose frame is ${x} x ${y} m`,
    expected: "a grid with a size on the surface",
    todo: "Take its curves with gridCurves.",
  });
}
