import { damaged, unsuitable } from "../damaged";
import { byteCursor, type ByteCursor } from "./byteCursor";
import { matrixBlocks, matrixMagic, matrixText, matrixValue } from "./matrixBlocks";

/** How raw numbers of a channel become physical ones. */
export interface MatrixTransfer {
  readonly name: string;
  readonly unit: string;
  readonly properties: ReadonlyMap<string, number>;
}

/** What holds when a data file is written. */
export interface MatrixState {
  /** "XYScanner.Width" and the like, as text. */
  readonly values: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, string>;
  /** Channel name by key. */
  readonly channels: ReadonlyMap<number, string>;
  /** Transfer function by key. */
  readonly transfers: ReadonlyMap<number, MatrixTransfer>;
}

/** A parameter file with the name that messages call it. */
export interface MatrixFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the stream of parameters up to the place where a data file was written: parameters change during a session, so
 * only those before that place are its own. A renamed file is found by the end of its name, if that is unique.
 * @throws InputError if the stream does not name the file, or is damaged
 */
export function matrixParameters(stream: readonly MatrixFile[], dataName: string): MatrixState {
  const target = findWriting(stream, dataName);
  const state = {
    values: new Map<string, string>(),
    units: new Map<string, string>(),
    channels: new Map<number, string>(),
    transfers: new Map<number, MatrixTransfer>(),
  };
  let writings = 0;
  for (const { id, content, file } of allBlocks(stream)) {
    if (id === "FERB" && writings++ === target) return state;
    apply(state, id, content, file);
  }
  return state;
}

interface MutableState {
  readonly values: Map<string, string>;
  readonly units: Map<string, string>;
  readonly channels: Map<number, string>;
  readonly transfers: Map<number, MatrixTransfer>;
}

function* allBlocks(
  stream: readonly MatrixFile[],
): Generator<{ id: string; content: Uint8Array; file: string }> {
  for (const { name: file, bytes } of stream) {
    const magic = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
    if (magic !== matrixMagic) {
      throw unsuitable(
        file,
        "which is no MATRIX parameter file",
        'a file "..._0001.mtrx" of the same session',
        "Leave it out.",
      );
    }
    for (const block of matrixBlocks(bytes, file, 12)) yield { ...block, file };
  }
}

/** The number of the place at which the stream says that the data file was written. */
function findWriting(stream: readonly MatrixFile[], dataName: string): number {
  const written: string[] = [];
  for (const { id, content, file } of allBlocks(stream)) {
    if (id !== "FERB") continue;
    const cursor = byteCursor(content, file, 4);
    written.push(matrixText(cursor));
  }
  const exact = written.indexOf(dataName);
  if (exact >= 0) return exact;
  const ending = nameEnding(dataName);
  const alike = written.flatMap((name, i) => (nameEnding(name) === ending ? [i] : []));
  if (alike.length === 1) return alike[0];
  throw unsuitable(
    dataName,
    `which its parameter files do not name; they name ${written.length} files${
      written.length === 0 ? "" : `, such as "${written[written.length - 1].slice(0, 80)}"`
    }`,
    "the parameter files of the same session, and the name that the instrument gave",
    "Put the file back beside its parameter files, under its first name.",
  );
}

/** Run, cycle and channel: "--1_2.Z_mtrx". */
function nameEnding(name: string): string {
  return /--\d+_\d+\.[^.]*$/.exec(name)?.[0] ?? name;
}

function apply(state: MutableState, id: string, content: Uint8Array, file: string): void {
  const cursor = byteCursor(content, file);
  if (id === "APEE") applyParameters(state, cursor, file);
  else if (id === "DOMP") applyChange(state, cursor, file);
  else if (id === "KRAM") applyMark(state, cursor);
  else if (id === "YSCC") {
    for (const inner of matrixBlocks(content, file, 4)) {
      if (inner.id === "TCID") applyChannels(state, byteCursor(inner.content, file));
      else if (inner.id === "REFX") applyTransfers(state, byteCursor(inner.content, file), file);
    }
  }
}

/** All parameters at the start of an experiment. */
function applyParameters(state: MutableState, cursor: ByteCursor, file: string): void {
  cursor.skip(4);
  for (let instances = cursor.u32(); instances > 0; instances--) {
    const instance = matrixText(cursor);
    for (let left = cursor.u32(); left > 0; left--) set(state, instance, cursor, file);
  }
}

/** One parameter that changed. */
function applyChange(state: MutableState, cursor: ByteCursor, file: string): void {
  cursor.skip(4);
  set(state, matrixText(cursor), cursor, file);
}

function set(state: MutableState, instance: string, cursor: ByteCursor, file: string): void {
  const key = `${instance}.${matrixText(cursor)}`;
  const unit = matrixText(cursor);
  cursor.skip(4);
  state.values.set(key, matrixValue(cursor, file));
  state.units.set(key, unit);
}

/** The sample's name and the like: "MTRX$KEY-value". */
function applyMark(state: MutableState, cursor: ByteCursor): void {
  const [, key, value] = /^MTRX\$([^-]+)-([\s\S]*)$/.exec(matrixText(cursor)) ?? [];
  if (key !== undefined && value !== undefined) state.values.set(key, value);
}

function applyChannels(state: MutableState, cursor: ByteCursor): void {
  cursor.skip(8);
  for (let left = cursor.u32(); left > 0; left--) {
    cursor.skip(16);
    matrixText(cursor);
    matrixText(cursor);
  }
  for (let left = cursor.u32(); left > 0; left--) {
    cursor.skip(4);
    const key = cursor.u32();
    cursor.skip(8);
    state.channels.set(key, matrixText(cursor));
    matrixText(cursor);
  }
}

function applyTransfers(state: MutableState, cursor: ByteCursor, file: string): void {
  while (cursor.left > 4) {
    cursor.skip(4);
    const key = cursor.u32();
    const name = matrixText(cursor);
    const unit = matrixText(cursor);
    const properties = new Map<string, number>();
    for (let left = cursor.u32(); left > 0; left--) {
      const property = matrixText(cursor);
      const value = Number(matrixValue(cursor, file));
      if (Number.isNaN(value)) throw damaged(file, `its ${property.slice(0, 40)} is no number`);
      properties.set(property, value);
    }
    state.transfers.set(key, { name, unit, properties });
  }
}
