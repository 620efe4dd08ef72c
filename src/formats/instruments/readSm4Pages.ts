import { damaged } from "../damaged";
import { byteCursor, type ByteCursor } from "./byteCursor";

/** What an RHK file says of one page. */
export interface Sm4Page {
  /** 0 for an image. */
  readonly dataType: number;
  readonly dataAt: number;
  readonly dataSize: number;
  readonly lineType: number;
  readonly width: number;
  readonly height: number;
  /** 0 right, 1 left, 2 up, 3 down. */
  readonly scanDirection: number;
  readonly group: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly scaleZ: number;
  readonly offset: readonly [x: number, y: number];
  readonly offsetZ: number;
  /** Seconds a point. */
  readonly period: number;
  readonly bias: number;
  readonly angle: number;
  /** Label, date, units and so on. */
  readonly texts: ReadonlyMap<string, string>;
}

interface Sm4Object {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

/** Kinds of objects that are needed here. */
const kinds = { pageIndexHeader: 1, pageIndex: 2, pageHeader: 3, pageData: 4, texts: 10 };

/** More pages than a file holds in practice. */
const mostPages = 10_000;

/** Reads the list of pages. @throws InputError if it points outside the file */
export function readSm4Pages(bytes: Uint8Array, file: string): Sm4Page[] {
  const cursor = byteCursor(bytes, file);
  const headerSize = cursor.u16();
  cursor.seek(42);
  const objectCount = cursor.u32();
  cursor.seek(headerSize + 2);
  const index = find(readObjects(cursor, objectCount, file), kinds.pageIndexHeader, file);
  cursor.seek(index.at);
  const pageCount = cursor.u32();
  const indexObjects = cursor.u32();
  cursor.skip(8);
  const list = find(readObjects(cursor, indexObjects, file), kinds.pageIndex, file);
  if (pageCount > mostPages) throw damaged(file, `it announces ${pageCount} pages`);
  cursor.seek(list.at);
  return Array.from({ length: pageCount }, () => {
    cursor.skip(16);
    const dataType = cursor.u32();
    cursor.skip(4);
    const count = cursor.u32();
    cursor.skip(4);
    return readPage(bytes, file, dataType, readObjects(cursor, count, file));
  });
}

function readObjects(cursor: ByteCursor, count: number, file: string): Sm4Object[] {
  if (12 * count > cursor.left) throw damaged(file, `it announces ${count} objects`);
  return Array.from({ length: count }, () => ({
    type: cursor.u32(),
    at: cursor.u32(),
    size: cursor.u32(),
  }));
}

function find(objects: readonly Sm4Object[], type: number, file: string): Sm4Object {
  const found = objects.find((object) => object.type === type);
  if (found === undefined) throw damaged(file, `its object of type ${type} is missing`);
  return found;
}

function readPage(
  bytes: Uint8Array,
  file: string,
  dataType: number,
  objects: readonly Sm4Object[],
): Sm4Page {
  const header = find(objects, kinds.pageHeader, file);
  const data = find(objects, kinds.pageData, file);
  const cursor = byteCursor(bytes, file, header.at);
  const fieldSize = cursor.u16();
  const textCount = cursor.u16();
  cursor.skip(8);
  const lineType = cursor.u32();
  cursor.skip(8);
  const [width, height] = [cursor.u32(), cursor.u32()];
  cursor.skip(4);
  const [scanDirection, group] = [cursor.u32(), cursor.u32()];
  cursor.skip(12);
  const [scaleX, scaleY, scaleZ] = [cursor.f32(), cursor.f32(), cursor.f32()];
  cursor.skip(4);
  const [offsetX, offsetY, offsetZ] = [cursor.f32(), cursor.f32(), cursor.f32()];
  const [period, bias, current, angle] = [cursor.f32(), cursor.f32(), cursor.f32(), cursor.f32()];
  cursor.skip(12);
  const objectCount = cursor.u32();
  cursor.seek(header.at + fieldSize);
  const texts = readObjects(cursor, objectCount, file).find(({ type }) => type === kinds.texts);
  return {
    dataType,
    dataAt: data.at,
    dataSize: data.size,
    lineType,
    width,
    height,
    scanDirection,
    group,
    scaleX,
    scaleY,
    scaleZ,
    offset: [offsetX, offsetY],
    offsetZ,
    period,
    bias,
    angle,
    texts: new Map([
      ...(texts === undefined ? [] : readTexts(bytes, file, texts.at, textCount)),
      ["bias", String(bias)],
      ["current", String(current)],
      ["period", String(period)],
    ]),
  };
}

const textNames = [
  "label",
  "system",
  "session",
  "user",
  "path",
  "date",
  "time",
  "x unit",
  "y unit",
  "z unit",
  "x label",
  "y label",
  "status",
  "completed lines",
  "oversampling",
  "sliced voltage",
  "PLL status",
];

function readTexts(bytes: Uint8Array, file: string, at: number, count: number): [string, string][] {
  const cursor = byteCursor(bytes, file, at);
  return Array.from({ length: Math.min(count, textNames.length) }, (_, i) => [
    textNames[i],
    cursor.utf16(cursor.u16()),
  ]);
}
