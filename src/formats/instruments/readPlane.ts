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

const readers = {
  f32: {
    size: 4,
    read: (view: DataView, at: number, little: boolean) => view.getFloat32(at, little),
  },
  i32: {
    size: 4,
    read: (view: DataView, at: number, little: boolean) => view.getInt32(at, little),
  },
  i16: {
    size: 2,
    read: (view: DataView, at: number, little: boolean) => view.getInt16(at, little),
  },
} as const;

/** Bytes of one plane. */
export function planeBytes({ width, height, type }: PlaneLayout): number {
  return width * height * readers[type].size;
}

/** Reads one image, top row first, left column first; what is not a number was not measured. The caller checks the size. */
export function readPlane(bytes: Uint8Array, layout: PlaneLayout): Float64Array {
  const { from, width, height, mirror = false, flip = false, scale = 1, offset = 0 } = layout;
  const { size, read } = readers[layout.type];
  const little = layout.bigEndian !== true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Float64Array(width * height);
  const step = mirror ? -1 : 1;
  for (let row = 0, at = from; row < height; row++) {
    const first = (flip ? height - 1 - row : row) * width;
    let to = mirror ? first + width - 1 : first;
    for (let column = 0; column < width; column++, at += size, to += step) {
      const value = read(view, at, little);
      data[to] = Number.isFinite(value) ? value * scale + offset : NaN;
    }
  }
  return data;
}
