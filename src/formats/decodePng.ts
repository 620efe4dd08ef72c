import type * as FastPng from "fast-png";
import { checkImageSize } from "./checkImageSize";
import { damaged, unsuitable } from "./damaged";
import type { DecodedImage } from "./decodeImage";

/** Loaded with the first image, and asked for once: looking a module up costs as much as decoding a small image. */
let library: Promise<typeof FastPng> | undefined;

/** Decodes a PNG. @throws InputError as `decodeImage` */
export async function decodePng(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  checkHeader(bytes, name);
  library ??= import("fast-png");
  const { decode } = await library;
  let png: FastPng.DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw damaged(name, "it cannot be decoded as PNG", error);
  }
  const values = unpackValues(png, name);
  return png.palette === undefined ? dropAlpha(png, values, name) : lookUp(png, values, name);
}

/** Samples a pixel by colour type: grey, colour, palette, grey with alpha, colour with alpha. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function checkHeader(bytes: Uint8Array, name: string): void {
  if (bytes.length < 33) throw damaged(name, "it ends inside its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452) throw damaged(name, "it does not begin with a PNG header");
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  checkImageSize(width, height, name);
  const perPixel = samples[bytes[25]];
  if (perPixel === undefined) throw damaged(name, `its header says colour type ${bytes[25]}`);
  // Deflate packs at most 1032 to one: fewer bytes cannot hold such an image, and far more would only unpack to waste.
  const raw = height * (Math.ceil((width * perPixel * bytes[24]) / 8) + 1);
  if (raw > 1032 * bytes.length) {
    throw damaged(name, `${bytes.length} bytes cannot hold ${width} x ${height} pixels`);
  }
  let packed = 0;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49444154) packed += view.getUint32(at);
  }
  if (packed > 2 * raw + 65536) {
    throw damaged(name, `it packs ${width} x ${height} pixels into ${packed} bytes`);
  }
}

/** One number a sample; samples of fewer than 8 bits come packed, and grey ones are spread to 0..255. */
function unpackValues(png: FastPng.DecodedPng, name: string): Uint8Array | Uint16Array {
  const { width, height, depth, channels } = png;
  const data = png.data instanceof Uint8ClampedArray ? new Uint8Array(png.data) : png.data;
  const perRow = depth < 8 ? Math.ceil((width * depth) / 8) : width * channels;
  if (data.length !== perRow * height) throw damaged(name, "its pixels are not all there");
  if (depth >= 8) return data;
  const values = new Uint8Array(width * height);
  const largest = 2 ** depth - 1;
  const spread = png.palette === undefined ? 255 / largest : 1;
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const bit = column * depth;
      const value = (data[row * perRow + (bit >> 3)] >> (8 - depth - (bit & 7))) & largest;
      values[at] = value * spread;
    }
  }
  return values;
}

/** Looks palette indices up. */
function lookUp(
  { width, height, palette = [] }: FastPng.DecodedPng,
  indices: ArrayLike<number>,
  name: string,
): DecodedImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const colour = palette[indices[i]];
    if (colour === undefined) throw damaged(name, "it points outside its palette");
    if ((colour[3] ?? 255) !== 255) throw transparent(name);
    data[3 * i] = colour[0];
    data[3 * i + 1] = colour[1];
    data[3 * i + 2] = colour[2];
  }
  return { width, height, channels: 3, data };
}

/** Leaves out an alpha channel that hides nothing. */
function dropAlpha(
  png: FastPng.DecodedPng,
  values: Uint8Array | Uint16Array,
  name: string,
): DecodedImage {
  const { width, height, transparency } = png;
  const channels = png.channels < 3 ? 1 : 3;
  if (transparency !== undefined && hasColour(png, values, transparency)) throw transparent(name);
  if (png.channels === channels) return { width, height, channels, data: values };
  const opaque = png.depth === 16 ? 65535 : 255;
  const data =
    values instanceof Uint16Array
      ? new Uint16Array(width * height * channels)
      : new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const from = i * png.channels;
    if (values[from + channels] !== opaque) throw transparent(name);
    for (let c = 0; c < channels; c++) data[i * channels + c] = values[from + c];
  }
  return { width, height, channels, data };
}

/** Whether some pixel has the colour that the file declares transparent, given at the file's depth. */
function hasColour(
  { channels, depth }: FastPng.DecodedPng,
  values: ArrayLike<number>,
  colour: ArrayLike<number>,
): boolean {
  const spread = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  for (let at = 0; at + channels <= values.length; at += channels) {
    let same = true;
    for (let c = 0; c < channels; c++) same &&= values[at + c] === colour[c] * spread;
    if (same) return true;
  }
  return false;
}

function transparent(name: string): Error {
  return unsuitable(
    name,
    "parts of which are transparent",
    "an opaque image",
    "Export it without transparency: what lies behind would be a guess.",
  );
}
