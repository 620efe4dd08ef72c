import { mainChannel } from "../core";
import { unsuitable } from "./damaged";
import type { DecodedImage } from "./decodeImage";
import { readScans } from "./instruments/readScan";

/**
 * The heights of a file that holds one scan, in pm about their mean, which says where on the surface it lies and nothing
 * else; without heights its first channel, in its own unit.
 * @throws InputError as `readScan`, or if it holds several scans, or gaps
 */
export async function decodeScanImage(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  const scans = await readScans(bytes, { name });
  if (scans.length > 1) {
    throw unsuitable(
      name,
      `which holds ${scans.length} scans`,
      "one scan a file",
      "Convert it with `fewscope convert`, or cut it with `fewscope patches`.",
    );
  }
  const [scan] = scans;
  const { data, unit } = mainChannel(scan);
  const gap = data.findIndex((value) => !Number.isFinite(value));
  if (gap >= 0) {
    throw unsuitable(
      name,
      `of which row ${Math.floor(gap / scan.width)} was not all measured`,
      "a whole scan",
      "Leave it out, or cut what is whole with `fewscope patches`.",
    );
  }
  const heights = unit === "m";
  const mean = heights ? data.reduce((sum, value) => sum + value, 0) / data.length : 0;
  return {
    width: scan.width,
    height: scan.height,
    channels: 1,
    data: Float32Array.from(data, (value) => (value - mean) * (heights ? 1e12 : 1)),
    unit: heights ? "pm" : unit === "" ? "arbitrary" : unit,
    nmPerPixel: Number(((scan.sizeMetres[0] * 1e9) / scan.width).toPrecision(12)),
  };
}
