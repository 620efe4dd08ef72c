import { endianness } from "node:os";
import { checkBudget } from "../core";
import { readAllBytes, sourceName } from "./byteSource";
import { damaged, unsuitable } from "./damaged";
import { columnMajorOrder, countElements, halfToSingle, swapByteOrder } from "./numberBytes";
import { npyElements, type NpyArray, type NpyData } from "./npyTypes";

/**
 * Reads a numpy array file, versions 1 to 3: bool, integers, floats and text, either byte order, either memory order;
 * the values come out in the order of this machine, row-major. Arrays of Python objects are refused, since reading them
 * would run code from the file.
 * @throws InputError if the file cannot be read, is cut short, or holds another type
 * @see NEP 1, "A simple file format for NumPy arrays"
 */
export function readNpy(input: string | Uint8Array): NpyArray {
  return parseNpy(readAllBytes(input), sourceName(input));
}

/** As `readNpy`, for bytes that messages call by a name of their own. */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const header = parseHeader(bytes, name);
  const order = header.descr[0];
  const body = Uint8Array.prototype.slice.bind(bytes, header.end);
  const text = /^[<>=|]([US])(\d{1,9})$/.exec(header.descr);
  if (text !== null) {
    const size = Number(text[2]) * (text[1] === "U" ? 4 : 1);
    const count = checkCount(header, size, bytes.length, name);
    const values = body(header.end + count * size);
    const strings =
      text[1] === "U"
        ? readUnicode(values, size, order === ">", name)
        : readByteStrings(values, size);
    return {
      shape: header.shape,
      dtype: "str",
      data: header.fortran ? reorder(strings, header.shape) : strings,
    };
  }
  const element = npyElements[header.descr.slice(1)];
  if (element === undefined || !/^[<>=|]/.test(header.descr)) {
    throw unsuitable(
      name,
      `an array of type ${header.descr}`,
      "bool, int8 to int64, uint8 to uint64, float16 to float64, or text",
      "Convert it in numpy, for example with astype(np.float32).",
    );
  }
  const count = checkCount(header, element.size, bytes.length, name);
  const values = body(header.end + count * element.size);
  if (order !== "=" && (order === ">") !== (endianness() === "BE")) {
    swapByteOrder(values, element.size);
  }
  const raw = new element.array(values.buffer);
  const data = element.dtype === "float16" ? halfToSingle(raw as Uint16Array) : raw;
  return {
    shape: header.shape,
    dtype: element.dtype,
    data: header.fortran ? reorder(data, header.shape) : data,
  };
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly end: number;
}

function parseHeader(bytes: Uint8Array, name: string): Header {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 6 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw unsuitable(
      name,
      "which is not a numpy array file",
      "a file that numpy.save wrote",
      "Check the path, or save the array again.",
    );
  }
  if (bytes.length < 12) throw damaged(name, "it ends inside its header");
  const version = bytes[6];
  if (version < 1 || version > 3) throw damaged(name, `it says format version ${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw damaged(name, "it ends inside its header");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
  return { ...parseDescription(text, name), end };
}

/** The header is a Python dictionary with three known keys in any order. */
function parseDescription(text: string, name: string): Omit<Header, "end"> {
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw unsuitable(
      name,
      "an array of records",
      "an array of one plain type",
      "Save each field as an array of its own.",
    );
  }
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]{1,20})['"]/.exec(text)?.[1];
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || sizes === undefined) {
    throw damaged(name, "its header does not give type, order and shape");
  }
  if (/^[<>=|]?O/.test(descr)) {
    throw unsuitable(
      name,
      "an array of Python objects (pickle)",
      "an array of numbers or text",
      "Save it from numpy with a plain type; reading objects would run code from the file.",
    );
  }
  const shape = sizes
    .split(",")
    .map((size) => size.trim().replace(/L$/, ""))
    .filter((size) => size !== "")
    .map(Number);
  if (shape.length > 32 || !shape.every((size) => Number.isSafeInteger(size))) {
    throw damaged(name, `its header gives the shape (${sizes.slice(0, 80)})`);
  }
  return { descr, fortran: fortran === "True", shape };
}

/** How many elements the shape asks for, once it is sure that the file holds them. */
function checkCount(header: Header, elementSize: number, length: number, name: string): number {
  const count = countElements(header.shape);
  const there = length - header.end;
  if (count > 0 && (elementSize === 0 || count * elementSize > there)) {
    throw damaged(
      name,
      `its shape (${header.shape.join(", ")}) needs ${count * elementSize} bytes and ${there} are there`,
    );
  }
  // The bytes, the values in this machine's order, and once more where the memory order is another.
  checkBudget(name, length + count * elementSize * (header.fortran ? 3 : 1));
  return count;
}

function reorder(data: NpyData, shape: readonly number[]): NpyData {
  const order = columnMajorOrder(shape);
  if (Array.isArray(data)) return Array.from(order, (from) => data[from] as string);
  const sorted = (data as Uint8Array).slice();
  for (let i = 0; i < order.length; i++) sorted[i] = (data as Uint8Array)[order[i]];
  return sorted;
}

/** Text of fixed length in UTF-32, padded with zeros. */
function readUnicode(bytes: Uint8Array, size: number, big: boolean, name: string): string[] {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: size === 0 ? 0 : bytes.length / size }, (_, i) => {
    const points: number[] = [];
    for (let at = i * size; at < (i + 1) * size; at += 4) {
      const point = view.getUint32(at, !big);
      if (point > 0x10ffff) throw damaged(name, "its text holds what is no character");
      points.push(point);
    }
    const end = points.findLastIndex((point) => point !== 0) + 1;
    return points
      .slice(0, end)
      .map((point) => String.fromCodePoint(point))
      .join("");
  });
}

function readByteStrings(bytes: Uint8Array, size: number): string[] {
  return Array.from({ length: size === 0 ? 0 : bytes.length / size }, (_, i) =>
    Buffer.from(bytes.buffer, i * size, size)
      .toString("utf8")
      .replace(/\0+$/, ""),
  );
}
