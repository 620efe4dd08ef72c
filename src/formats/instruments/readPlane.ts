import * as os from "node:os";
import { withBytes, type ByteSource, type FillPiece } from "../byteSource";
import { canTurn, turnFloats } from "./turnFloats";

/** Where and how the values of one image lie in a file. */
export interface PlaneLayout {
  /** Byte at which the plane begins. */
  readonly from: number;
  readonly width: number;
  readonly height: number;
  readonly type: "f32" | "f64" | "i32" | "i16";
  readonly bigEndian?: boolean;
  /** Stored right to left. */
  readonly mirror?: boolean;
  /** Stored bottom to top. */
  readonly flip?: boolean;
  /** Physical value = raw * scale + offset. @default 1, 0 */
  readonly scale?: number;
  readonly offset?: number;
}

const kinds = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i16: Int16Array } as const;

/** Bytes of one plane. */
export function planeBytes({ width, height, type }: PlaneLayout): number {
  return width * height * kinds[type].BYTES_PER_ELEMENT;
}

/** Reads one image, top row first, left column first; what is not a number was not measured. The caller checks the size. */
export function readPlane(bytes: Uint8Array, layout: PlaneLayout): Float64Array {
  if (isNetworkFloat(layout)) return withBytes(bytes, (source) => readPlaneOf(source, layout));
  return scaled(readRows(bytes, layout), layout);
}

/** As `readPlane`, of a file or of bytes, from which no more is taken than the image. */
export function readPlaneOf(source: ByteSource, layout: PlaneLayout): Float64Array {
  if (isNetworkFloat(layout))
    return scaled(
      source.inPieces((fill) => readTurned(fill, layout)),
      layout,
    );
  return readPlane(source.read(layout.from, planeBytes(layout)), { ...layout, from: 0 });
}

/** Whether every value of an image that is read in one go is finite, without keeping it. */
export function isWhole(source: ByteSource, layout: PlaneLayout): boolean {
  const { from, width, height } = layout;
  return (
    isNetworkFloat(layout) &&
    source.inPieces((fill) => turnFloats(fill, { from, width, height, mirror: false }))
  );
}

function scaled(data: Float64Array, { scale = 1, offset = 0 }: PlaneLayout): Float64Array {
  if (scale !== 1 || offset !== 0) {
    for (let i = 0; i < data.length; i++) data[i] = data[i] * scale + offset;
  }
  return data;
}

function isNetworkFloat({ type, bigEndian, width }: PlaneLayout): boolean {
  return type === "f32" && bigEndian === true && os.endianness() === "LE" && canTurn(width);
}

function readTurned(fill: FillPiece, layout: PlaneLayout): Float64Array {
  const { from, width, height, mirror = false, flip = false } = layout;
  // Every value is written, so the memory need not be cleared first, which takes as long as writing it.
  const data = new Float64Array(Buffer.allocUnsafeSlow(8 * width * height).buffer);
  const finite = turnFloats(fill, { from, width, height, mirror }, (values, first) => {
    if (!flip) data.set(values, first * width);
    else {
      for (let row = 0; row < values.length / width; row++) {
        const line = values.subarray(row * width, (row + 1) * width);
        data.set(line, (height - 1 - first - row) * width);
      }
    }
  });
  // What is infinite was not measured: an infinity less itself is not 0, nor is NaN.
  if (!finite) for (let i = 0; i < data.length; i++) if (data[i] - data[i] !== 0) data[i] = NaN;
  return data;
}

function readRows(bytes: Uint8Array, layout: PlaneLayout): Float64Array {
  const { from, width, height, mirror = false, flip = false } = layout;
  const Values = kinds[layout.type];
  const swapped = (layout.bigEndian === true) === (os.endianness() === "LE");
  // Rows are brought into the machine's own order of bytes in one small place: many times faster than a view of the file.
  const line = new Values(width);
  const lineBytes = Buffer.from(line.buffer);
  const data = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    const at = from + row * lineBytes.length;
    lineBytes.set(bytes.subarray(at, at + lineBytes.length));
    if (swapped) swap(lineBytes, line.BYTES_PER_ELEMENT);
    // What is infinite was not measured: an infinity less itself is not 0, nor is NaN.
    if (layout.type === "f32" || layout.type === "f64")
      for (let i = 0; i < width; i++) if (line[i] - line[i] !== 0) line[i] = NaN;
    if (mirror) line.reverse();
    data.set(line, (flip ? height - 1 - row : row) * width);
  }
  return data;
}

function swap(bytes: Buffer, size: number): void {
  if (size === 8) bytes.swap64();
  else if (size === 4) bytes.swap32();
  else bytes.swap16();
}
