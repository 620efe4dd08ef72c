import { damaged, unsuitable } from "../damaged";
import { decodeText } from "../decodeText";
import { readPlane, type PlaneLayout } from "./readPlane";

/** What an Igor binary wave holds. */
export interface IgorWave {
  readonly name: string;
  /** Points along up to four dimensions; 0 for those that are not there. */
  readonly sizes: readonly [number, number, number, number];
  /** Distance of points, and place of the first, along each. */
  readonly steps: readonly number[];
  readonly offsets: readonly number[];
  readonly dataUnit: string;
  readonly dimensionUnits: readonly string[];
  /** Names of the layers, where they have some. */
  readonly layerNames: readonly string[];
  readonly note: string;
  /** The values of one layer, the first dimension fastest. */
  plane(layer: number): Float64Array;
}

/** Bytes of the two headers by version of the file. */
const headers: Readonly<Record<number, { file: number; wave: number } | undefined>> = {
  1: { file: 8, wave: 110 },
  2: { file: 16, wave: 110 },
  3: { file: 20, wave: 110 },
  5: { file: 64, wave: 320 },
};

/** Whether bytes begin as a wave does: a version, and headers whose 16-bit numbers sum up to nothing. */
export function isIgorWave(bytes: Uint8Array): boolean {
  return orderOf(bytes) !== undefined;
}

interface Order {
  readonly version: number;
  readonly little: boolean;
}

function orderOf(bytes: Uint8Array): Order | undefined {
  for (const little of [true, false]) {
    const version = little ? bytes[0] : bytes[1];
    const size = bytes[little ? 1 : 0] === 0 ? headers[version] : undefined;
    const length = size === undefined ? 0 : size.file + size.wave;
    if (length === 0 || bytes.length < length) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    let sum = 0;
    for (let at = 0; at < length; at += 2) sum += view.getInt16(at, little);
    if ((sum & 0xffff) === 0) return { version, little };
  }
  return undefined;
}

/** Reads the headers of a wave. @throws InputError if they are damaged, or it holds text or complex numbers */
export function igorWave(bytes: Uint8Array, file: string): IgorWave {
  const order = orderOf(bytes);
  if (order === undefined) throw damaged(file, "its headers do not add up");
  const { version, little } = order;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = headers[version] ?? { file: 0, wave: 0 };
  const facts = version === 5 ? laterFacts(view, little, bytes) : earlyFacts(view, order, bytes);
  const from = size.file + size.wave;
  const layout = valueLayout(facts.type, little, file);
  const planePoints = facts.sizes[0] * Math.max(1, facts.sizes[1]);
  const points = facts.sizes.reduce((product, n) => product * Math.max(1, n), 1);
  const bytesEach = layout.bytes;
  if (facts.sizes[0] === 0 || from + points * bytesEach > bytes.length) {
    throw damaged(
      file,
      `its ${points} values need ${points * bytesEach} bytes and ${Math.max(0, bytes.length - from)} are there`,
    );
  }
  return {
    ...facts,
    plane: (layer) => layout.read(bytes, from + layer * planePoints * bytesEach, planePoints),
  };
}

type Facts = Omit<IgorWave, "plane"> & { readonly type: number };

function textAt(bytes: Uint8Array, from: number, length: number): string {
  const piece = bytes.subarray(from, Math.min(bytes.length, from + Math.max(0, length)));
  const end = piece.indexOf(0);
  return decodeText(end < 0 ? piece : piece.subarray(0, end)).trim();
}

function earlyFacts(view: DataView, { version, little }: Order, bytes: Uint8Array): Facts {
  const at = headers[version]?.file ?? 0;
  const noteSize = version === 1 ? 0 : view.getInt32(6, little);
  const dataBytes = view.getInt32(2, little) - 110;
  // What follows the values: 16 bytes of padding, then the note.
  const noteAt = at + 110 + Math.max(0, dataBytes);
  return {
    type: view.getInt16(at, little),
    name: textAt(bytes, at + 6, 20),
    sizes: [Math.max(0, view.getInt32(at + 42, little)), 0, 0, 0],
    steps: [view.getFloat64(at + 48, little), 1, 1, 1],
    offsets: [view.getFloat64(at + 56, little), 0, 0, 0],
    dataUnit: textAt(bytes, at + 34, 4),
    dimensionUnits: [textAt(bytes, at + 38, 4), "", "", ""],
    layerNames: [],
    note: textAt(bytes, noteAt, noteSize),
  };
}

function laterFacts(view: DataView, little: boolean, bytes: Uint8Array): Facts {
  const long = (at: number): number => view.getInt32(at, little);
  const four = <T>(read: (i: number) => T): [T, T, T, T] => [read(0), read(1), read(2), read(3)];
  const wave = 64;
  const [waveSize, formulaSize, noteSize, dataUnitSize] = [4, 8, 12, 16].map(long);
  const unitSizes = four((i) => Math.max(0, long(20 + 4 * i)));
  const labelSizes = four((i) => Math.max(0, long(36 + 4 * i)));
  let at = wave + Math.max(320, waveSize) + Math.max(0, formulaSize);
  const note = textAt(bytes, at, noteSize);
  at += Math.max(0, noteSize);
  const longUnit = textAt(bytes, at, dataUnitSize);
  at += Math.max(0, dataUnitSize);
  const longUnits = unitSizes.map((length) => {
    const text = textAt(bytes, at, length);
    at += length;
    return text;
  });
  const labels = labelSizes.map((length) => {
    const names = Array.from({ length: Math.min(4096, Math.floor(length / 32)) }, (_, i) =>
      textAt(bytes, at + 32 * i, 32),
    );
    at += length;
    return names;
  });
  return {
    type: view.getInt16(wave + 16, little),
    name: textAt(bytes, wave + 28, 32),
    sizes: four((i) => Math.max(0, long(wave + 68 + 4 * i))),
    steps: four((i) => view.getFloat64(wave + 84 + 8 * i, little)),
    offsets: four((i) => view.getFloat64(wave + 116 + 8 * i, little)),
    dataUnit: longUnit === "" ? textAt(bytes, wave + 148, 4) : longUnit,
    dimensionUnits: four((i) =>
      longUnits[i] === "" ? textAt(bytes, wave + 152 + 4 * i, 4) : longUnits[i],
    ),
    // The first label is of the dimension itself.
    layerNames: labels[2].slice(1),
    note,
  };
}

interface ValueLayout {
  readonly bytes: number;
  readonly read: (bytes: Uint8Array, from: number, count: number) => Float64Array;
}

/** How values are stored: bit 1 single, 2 double, 3 to 5 whole numbers of 8, 16 and 32 bits, 6 without sign. */
function valueLayout(type: number, little: boolean, file: string): ValueLayout {
  const kinds: Readonly<Record<number, PlaneLayout["type"]>> = {
    2: "f32",
    4: "f64",
    0x10: "i16",
    0x20: "i32",
  };
  const kind = kinds[type];
  if (kind !== undefined) {
    const bytes = { f32: 4, f64: 8, i16: 2, i32: 4 }[kind];
    return {
      bytes,
      read: (all, from, count) =>
        readPlane(all, { from, width: count, height: 1, type: kind, bigEndian: !little }),
    };
  }
  const whole: Readonly<Record<number, [bytes: number, get: (v: DataView, at: number) => number]>> =
    {
      0x08: [1, (v, at) => v.getInt8(at)],
      0x48: [1, (v, at) => v.getUint8(at)],
      0x50: [2, (v, at) => v.getUint16(at, little)],
      0x60: [4, (v, at) => v.getUint32(at, little)],
    };
  const found = whole[type] as [number, (v: DataView, at: number) => number] | undefined;
  if (found === undefined) {
    throw unsuitable(
      file,
      type === 0 ? "a wave of text" : `a wave of numbers of type ${type}`,
      "real numbers",
      "Export it from Igor as a wave of single precision.",
    );
  }
  const [bytes, get] = found;
  return {
    bytes,
    read: (all, from, count) => {
      const view = new DataView(all.buffer, all.byteOffset + from, bytes * count);
      return Float64Array.from({ length: count }, (_, i) => get(view, i * bytes));
    },
  };
}
