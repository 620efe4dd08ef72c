import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged } from "../damaged";
import { halfToSingle } from "../numberBytes";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import { members } from "./passedOver";
import { lateralSize, type LateralOptions } from "./lateralSize";
import { tiffDirectory, type TiffTags } from "./tiffDirectory";
import { tiffLateral } from "./tiffLateral";
import { tiffPage, type TiffPage } from "./tiffPage";
import { tiffScale, type TiffScale } from "./tiffScale";
import { tiffSlices } from "./tiffSlices";
import { undoTiffPredictor } from "./undoTiffPredictor";
import { unpackTiffBlock } from "./unpackTiffBlock";

/** What the reader of a plain image file may add to it. */
export interface ValueOptions extends LateralOptions {
  /** Unit of the values, for files that give none, for example "nm"; values become SI. @default "" */
  readonly unit?: string;
}

/**
 * Reads the pages of a TIFF file, each a scan of its own; several values a pixel are its channels. Values come as they
 * are stored, even where the file says that small ones are to be shown white, or as ImageJ's calibration gives them. A stack
 * of ImageJ with one directory gives all its images. Previews and pages in colour are passed over, with a word in the
 * metadata of the others.
 * @throws InputError if it is damaged, shows colours, or says no size in ImageJ's or OME's way and none is given
 */
export function parseTiff(bytes: Uint8Array, file: string, options: ValueOptions): Scan[] {
  const littleEndian = bytes[0] === 0x49;
  const odd = members();
  const directories = tiffDirectory(bytes, file);
  const text = directories[0].get(270);
  const first = typeof text === "string" ? text : "";
  const pages = directories.flatMap((tags, i) => {
    const member = `page ${i}`;
    if (directories.length > 1 && isPreview(tags)) {
      odd.pass(member, "a preview");
      return [];
    }
    return odd.attempt(member, () => ({ tags, page: tiffPage(tags, bytes.length, file), i })) ?? [];
  });
  const whole = pages.length === 1 && directories.length === 1;
  const images = whole ? tiffSlices(pages[0], first, bytes.length) : pages;
  let needed = 0;
  for (const { page } of images) {
    checkImageSize(page.width, page.height, file);
    // A block is in memory twice while it is unpacked.
    needed += 8 * page.width * page.height * page.samples + 2 * blockBytes(page);
    checkMemory(file, needed, bytes.length);
  }
  const read = images.flatMap(({ tags, page, i }) => {
    const { width, height } = page;
    const readOne = (): Scan =>
      assembleScan({
        file,
        format: "TIFF",
        channels: readChannels(bytes, page, littleEndian, file, tiffScale(first, options, file)),
        width,
        height,
        sizeMetres: lateralSize(
          file,
          { width, height, ...tiffLateral(tags, first, page) },
          options,
        ),
        ...(images.length > 1 ? { title: `page ${i}` } : {}),
        metadata: metadataOf(tags),
      });
    return odd.attempt(`page ${i}`, readOne) ?? [];
  });
  return odd.finish(read, () => damaged(file, "it holds no page"));
}

/** A smaller copy for a glance, a page of a mask. */
function isPreview(tags: TiffTags): boolean {
  const [kind = 0] = tags.get(254) ?? [];
  const [before = 0] = tags.get(255) ?? [];
  return (Number(kind) & 5) !== 0 || before === 2;
}

function blockBytes({ blockWidth, blockHeight, samples, planar, bytes }: TiffPage): number {
  return blockWidth * blockHeight * (planar ? 1 : samples) * bytes;
}

function readChannels(
  bytes: Uint8Array,
  page: TiffPage,
  littleEndian: boolean,
  file: string,
  { unit, valueOf }: TiffScale,
): Channel[] {
  const read = valueReader(page, littleEndian);
  const planes = Array.from(
    { length: page.samples },
    () => new Float64Array(page.width * page.height),
  );
  const across = Math.ceil(page.width / page.blockWidth);
  const perPlane = across * Math.ceil(page.height / page.blockHeight);
  const inBlock = page.planar ? 1 : page.samples;
  page.blocks.forEach(([from, length], i) => {
    const left = (i % across) * page.blockWidth;
    const top = Math.floor((i % perPlane) / across) * page.blockHeight;
    const rows = page.tiled ? page.blockHeight : Math.min(page.blockHeight, page.height - top);
    const layout = { width: page.blockWidth, samples: inBlock, bytes: page.bytes, littleEndian };
    const block = unpackTiffBlock(
      bytes.subarray(from, from + length),
      page.compression,
      page.blockWidth * rows * inBlock * page.bytes,
      file,
    );
    undoTiffPredictor(block, page.predictor, layout, file);
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    for (let sample = 0; sample < inBlock; sample++) {
      const plane = planes[page.planar ? Math.floor(i / perPlane) : sample];
      for (let y = 0; y < rows && top + y < page.height; y++) {
        for (let x = 0; x < page.blockWidth && left + x < page.width; x++) {
          const at = ((y * page.blockWidth + x) * inBlock + sample) * page.bytes;
          const value = read(view, at);
          plane[(top + y) * page.width + left + x] = Number.isFinite(value) ? valueOf(value) : NaN;
        }
      }
    }
  });
  return planes.map((data, i) => ({
    name: planes.length > 1 ? `sample ${i}` : "data",
    unit,
    direction: "forward",
    data,
  }));
}

function valueReader(
  { kind, bytes }: TiffPage,
  little: boolean,
): (view: DataView, at: number) => number {
  if (kind === "float") {
    if (bytes === 2)
      return (view, at) => halfToSingle(Uint16Array.of(view.getUint16(at, little)))[0];
    return bytes === 4
      ? (view, at) => view.getFloat32(at, little)
      : (view, at) => view.getFloat64(at, little);
  }
  if (bytes === 8) {
    return kind === "signed"
      ? (view, at) => Number(view.getBigInt64(at, little))
      : (view, at) => Number(view.getBigUint64(at, little));
  }
  if (bytes === 4) {
    return kind === "signed"
      ? (view, at) => view.getInt32(at, little)
      : (view, at) => view.getUint32(at, little);
  }
  if (bytes === 2) {
    return kind === "signed"
      ? (view, at) => view.getInt16(at, little)
      : (view, at) => view.getUint16(at, little);
  }
  return kind === "signed" ? (view, at) => view.getInt8(at) : (view, at) => view.getUint8(at);
}

const tagNames: Readonly<Record<number, string>> = {
  256: "ImageWidth",
  257: "ImageLength",
  258: "BitsPerSample",
  259: "Compression",
  262: "PhotometricInterpretation",
  270: "ImageDescription",
  271: "Make",
  272: "Model",
  277: "SamplesPerPixel",
  282: "XResolution",
  283: "YResolution",
  296: "ResolutionUnit",
  305: "Software",
  306: "DateTime",
  315: "Artist",
  339: "SampleFormat",
};

/** Tags as text; long lists, such as where strips begin, say nothing of the image. */
function metadataOf(tags: TiffTags): Record<string, string> {
  return Object.fromEntries(
    [...tags]
      .filter(([, value]) => typeof value === "string" || value.length <= 16)
      .map(([tag, value]) => [
        tagNames[tag] ?? `tag ${tag}`,
        typeof value === "string" ? value : value.join(" "),
      ]),
  );
}
