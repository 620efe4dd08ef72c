import { interpolate } from "./interpolate";

/** Row by row, what lies where the piezo really was: x + pixels / 2 sin(pi x / width), for trace (1) and retrace (-1). */
export function straighten(data: Float64Array, width: number, pixels: number): Float64Array {
  const places = Float64Array.from(
    { length: width },
    (_, x) => x + (pixels / 2) * Math.sin((Math.PI * x) / (width - 1)),
  );
  return Float64Array.from(data, (_, i) => {
    const at = Math.min(width - 1, Math.max(0, places[i % width]));
    return interpolate(data, width, at, Math.floor(i / width));
  });
}
