import { halfToSingle } from "../numberBytes";
import type { TiffPage } from "./tiffPage";
import { undoTiffPredictor } from "./undoTiffPredictor";
import { unpackTiffBlock } from "./unpackTiffBlock";

/** The values of a page, one array for each sample of a pixel; NaN for what is no number. @throws InputError if it is damaged */
export function tiffPlanes(
  bytes: Uint8Array,
  page: TiffPage,
  file: string,
  valueOf: (stored: number) => number,
): Float64Array[] {
  const littleEndian = bytes[0] === 0x49;
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
  return planes;
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
