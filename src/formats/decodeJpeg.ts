import type * as CanvasLibrary from "@napi-rs/canvas";
import { checkImageSize } from "./checkImageSize";
import { damaged, unsuitable } from "./damaged";
import type { DecodedImage } from "./decodeImage";

/** Loaded with the first image, and asked for once: looking a module up costs as much as decoding a small image. */
let library: Promise<typeof CanvasLibrary> | undefined;

let canvas: CanvasLibrary.Canvas | undefined;

/** Decodes a JPEG with libjpeg-turbo's exact transform. @throws InputError as `decodeImage` */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  const { width, height, components, plain } = readSegments(bytes, name);
  library ??= import("@napi-rs/canvas");
  const { createCanvas, loadImage } = await library;
  let pixels: Uint8ClampedArray;
  try {
    const image = await loadImage(plain);
    if (image.width !== width || image.height !== height) throw new Error("another size");
    // Made anew for another size only: a set has thousands of images of one size.
    if (canvas?.width !== width || canvas.height !== height) canvas = createCanvas(width, height);
    const context = canvas.getContext("2d");
    context.globalCompositeOperation = "copy";
    context.drawImage(image, 0, 0);
    pixels = context.getImageData(0, 0, width, height).data;
  } catch (error) {
    throw damaged(name, "it cannot be decoded as JPEG", error);
  }
  const channels = components === 1 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = pixels[4 * i + c];
  }
  return { width, height, channels, data };
}

interface JpegSegments {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** The file without colour profile, orientation and comments, which would change the pixels or only cost time. */
  readonly plain: Buffer;
}

/** Walks over the segments before the pixels. @see ITU-T T.81, annex B */
function readSegments(bytes: Uint8Array, name: string): JpegSegments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let frame: { width: number; height: number; components: number } | undefined;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw damaged(name, "its segments do not follow one another");
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length || end < at + 4) break;
    if (isFrame(marker)) frame = readFrame(view, at, end, name);
    if (marker === 0xda) {
      if (frame === undefined) throw damaged(name, "its size is missing");
      checkEnd(bytes, name);
      return { ...frame, plain: Buffer.concat([...kept, bytes.subarray(at)]) };
    }
    if (!isSideInformation(marker)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  throw damaged(name, "it ends before its pixels");
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Everything but the two application segments that say how the colours are coded: JFIF and Adobe. */
function isSideInformation(marker: number): boolean {
  return (marker > 0xe0 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
}

function readFrame(
  view: DataView,
  at: number,
  end: number,
  name: string,
): { width: number; height: number; components: number } {
  if (end < at + 10) throw damaged(name, "its size is missing");
  const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
  const components = view.getUint8(at + 9);
  checkImageSize(width, height, name);
  // Every block of 64 pixels costs at least a bit.
  if (width * height > 1024 * view.byteLength) {
    throw damaged(name, `${view.byteLength} bytes cannot hold ${width} x ${height} pixels`);
  }
  if (components !== 1 && components !== 3) {
    throw unsuitable(
      name,
      `a JPEG of ${components} colour components`,
      "grey or red, green and blue",
      "Export it as RGB.",
    );
  }
  return { width, height, components };
}

/** A decoder fills up what is missing at the end with grey and says nothing. */
function checkEnd(bytes: Uint8Array, name: string): void {
  const last = bytes.lastIndexOf(0xd9);
  if (last < 1 || bytes[last - 1] !== 0xff || bytes.length - last > 65536) {
    throw damaged(name, "its end is missing");
  }
}
