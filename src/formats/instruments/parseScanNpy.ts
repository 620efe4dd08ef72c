import type { Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { unsuitable } from "../damaged";
import { parseNpy } from "../readNpy";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import { lateralSize } from "./lateralSize";
import type { ValueOptions } from "./parseTiff";
import { siUnit } from "./siUnit";

/**
 * Reads a numpy array as scans: [height, width] as one, [n, height, width] as n.
 * @throws InputError if it has another shape or holds text, or no size of the pixels is given
 */
export function parseScanNpy(bytes: Uint8Array, file: string, options: ValueOptions): Scan[] {
  const { shape, data } = parseNpy(bytes, file);
  const [count, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || Array.isArray(data) || shape.includes(0)) {
    throw unsuitable(
      file,
      `an array of shape (${shape.join(", ")})`,
      "numbers of shape (height, width) or (n, height, width)",
      "Choose one image of it in numpy and save that.",
    );
  }
  checkImageSize(width, height, file);
  const pixels = width * height;
  checkMemory(file, 8 * count * pixels, bytes.length);
  const { unit, factor } = siUnit(options.unit ?? "");
  const sizeMetres = lateralSize(file, { width, height }, options);
  return Array.from({ length: count }, (_, i) => {
    const values = new Float64Array(pixels);
    for (let k = 0; k < pixels; k++) {
      const value = Number(data[i * pixels + k]);
      values[k] = Number.isFinite(value) ? value * factor : NaN;
    }
    return assembleScan({
      file,
      format: "NPY",
      channels: [{ name: "data", unit, direction: "forward", data: values }],
      width,
      height,
      sizeMetres,
      ...(count > 1 ? { title: `image ${i}` } : {}),
    });
  });
}
