import * as os from "node:os";

/** Where and how the values of one image lie in a file. */
export interface PlaneLayout {
  /** Byte at which the plane begins. */
  readonly from: number;
  readonly width: number;
  readonly height: number;
  readonly type: "f32" | "i32" | "i16";
  readonly bigEndian?: boolean;
  /** Stored right to left. */
  readonly mirror?: boolean;
  /** Stored bottom to top. */
  readonly flip?: boolean;
  /** Physical value = raw * scale + offset. @default 1, 0 */
  readonly scale?: number;
  readonly offset?: number;
}

const kinds = { f32: Float32Array, i32: Int32Array, i16: Int16Array } as const;

/** Bytes of one plane. */
export function planeBytes({ width, height, type }: PlaneLayout): number {
  return width * height * kinds[type].BYTES_PER_ELEMENT;
}

/** Reads one image, top row first, left column first; what is not a number was not measured. The caller checks the size. */
export function readPlane(bytes: Uint8Array, layout: PlaneLayout): Float64Array {
  const { from, width, height, mirror = false, flip = false, scale = 1, offset = 0 } = layout;
  const Values = kinds[layout.type];
  const swapped = (layout.bigEndian === true) === (os.endianness() === "LE");
  // Rows are brought into the machine's own order of bytes in one small place: many times faster than a view of the file.
  const line = new Values(width);
  const lineBytes = Buffer.from(line.buffer);
  const data = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    const at = from + row * lineBytes.length;
    lineBytes.set(bytes.subarray(at, at + lineBytes.length));
    if (swapped && line.BYTES_PER_ELEMENT === 4) lineBytes.swap32();
    else if (swapped) lineBytes.swap16();
    // What is infinite was not measured: an infinity less itself is not 0, nor is NaN.
    if (layout.type === "f32")
      for (let i = 0; i < width; i++) if (line[i] - line[i] !== 0) line[i] = NaN;
    if (mirror) line.reverse();
    data.set(line, (flip ? height - 1 - row : row) * width);
  }
  if (scale !== 1 || offset !== 0) {
    for (let i = 0; i < data.length; i++) data[i] = data[i] * scale + offset;
  }
  return data;
}
