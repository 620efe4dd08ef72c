import type { InputError } from "../core";
import { unsuitable } from "./damaged";
import type { DecodedImage } from "./decodeImage";
import { onlyFinite } from "./decodeNpyImage";
import { tiffImages } from "./instruments/tiffImages";
import { tiffLateral } from "./instruments/tiffLateral";
import { tiffPlanes } from "./instruments/tiffPlanes";
import { tiffScale } from "./instruments/tiffScale";

/**
 * The image of a TIFF file: bytes and 16 bits as they are, anything else as floats, in grey or in red, green and blue.
 * Calibrated heights come in pm.
 * @throws InputError as `decodeImage`, or if it holds several images
 */
export function decodeTiffImage(bytes: Uint8Array, name: string): DecodedImage {
  const { images, odd, description } = tiffImages(bytes, name, true);
  // Where there is none, this tells why.
  if (images.length === 0) odd.finish([], () => several(name, "no page"));
  if (images.length > 1) throw several(name, `${images.length} pages`);
  const [{ page, tags }] = images;
  const { width, height, kind, samples: channels } = page;
  if (channels !== 1 && channels !== 3) throw several(name, `pixels of ${channels} values`);
  const { unit, valueOf } = tiffScale(description, {}, name);
  const scaled = valueOf(1) !== 1 || valueOf(0) !== 0;
  const planes = tiffPlanes(bytes, page, name, valueOf);
  const { size, unit: lateral } = tiffLateral(tags, description, page);
  const whole = kind === "unsigned" && page.bytes <= 2 && !scaled;
  const Values = whole ? (page.bytes === 1 ? Uint8Array : Uint16Array) : Float32Array;
  const data = new Values(width * height * channels);
  const factor = unit === "m" ? 1e12 : 1;
  planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) data[i * channels + c] = plane[i] * factor;
  });
  return {
    width,
    height,
    channels,
    data: data instanceof Float32Array ? onlyFinite(data, name) : data,
    ...(whole || unit === "" ? {} : { unit: unit === "m" ? "pm" : unit }),
    ...(size === undefined || lateral === undefined
      ? {}
      : { nmPerPixel: Number(((size[0] * lateral.factor * 1e9) / width).toPrecision(12)) }),
  };
}

function several(name: string, what: string): InputError {
  return unsuitable(
    name,
    `which holds ${what}`,
    "one image, in grey or in colour without transparency",
    "Save each image as a file of its own.",
  );
}
