import { createRng, InputError, type Rng } from "../../src/core";
import {
  readCurves,
  readGrid,
  readLabels,
  readScans,
  writeGwy,
  writeNpy,
  writeScanPng,
  readScan,
} from "../../src/formats";
import { bytesOf } from "../fixtures/formatFiles";
import { scanFiles } from "../fixtures/scanFiles";
import { tiffFiles } from "../fixtures/tiffFiles";
import {
  createcFile,
  gsfFile,
  gwyFile,
  matrixDataFile,
  matrixParameterFile,
  nanonisDatFile,
  rawPlane,
  sm4File,
  sxmFile,
} from "./instrumentFiles";

/** A reader with whole files to damage. */
export interface Target {
  readonly name: string;
  readonly files: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
  /** The tests try so many times fewer: a reader that must start a program of its own after damage takes its time. */
  readonly fewer?: number;
  /** What an input may take, where a program must be started anew after a damaged one. @default mostMilliseconds */
  readonly patience?: number;
}

/** No input may take longer than this, in milliseconds. */
export const mostMilliseconds = 1000;

/** Nor more memory than four times its size and this. */
export const alwaysAllowedBytes = 64e6;

/** All readers of instrument files, with files that they read. */
export async function forgeTargets(): Promise<Target[]> {
  const options = { nmPerPixel: 1 };
  const scan = await readScan(sxmFile({ missingRows: 1 }));
  const scans = (bytes: Uint8Array): unknown => readScans(bytes, options);
  const session = { name: "session--1_2.Z_mtrx" };
  const parameters = { name: "session_0001.mtrx", bytes: matrixParameterFile() };
  const data = matrixDataFile();
  const npy = writeNpy({ shape: [4, 5], data: Float64Array.from(rawPlane()) });
  return [
    { name: "sxm", files: [sxmFile(), sxmFile({ up: true, missingRows: 1 })], read: scans },
    { name: "nanonis dat", files: [nanonisDatFile()], read: (bytes) => readCurves(bytes) },
    { name: "gwy", files: [gwyFile(), writeGwy(scan)], read: scans },
    { name: "gsf", files: [gsfFile()], read: scans },
    {
      name: "matrix data",
      files: [data, matrixDataFile({ captured: 50 })],
      read: (bytes) => readScans(bytes, { ...session, companions: [parameters] }),
    },
    {
      name: "matrix parameters",
      files: [parameters.bytes, matrixParameterFile({ multiLinear: true })],
      read: (bytes) =>
        readScans(data, { ...session, companions: [{ name: "session_0001.mtrx", bytes }] }),
    },
    { name: "sm4", files: [sm4File(), sm4File({ completed: 2 })], read: scans },
    {
      name: "createc",
      files: (["[Paramco32]", "[Paramet32]", "[Parameter]"] as const).map((kind) =>
        createcFile({ kind }),
      ),
      read: scans,
    },
    {
      name: "tiff",
      files: Object.values(tiffFiles.files)
        .map(({ file }) => file)
        .concat(tiffFiles.imagej, tiffFiles.ome),
      read: scans,
    },
    { name: "png", files: [await writeScanPng(scan)], read: scans },
    { name: "npy", files: [npy], read: scans },
    ...otherTargets(scans),
  ];
}

/** Readers whose files scanFiles.py made, and of labels. */
function otherTargets(scans: (bytes: Uint8Array) => unknown): Target[] {
  const files = (stored: Readonly<Record<string, { readonly file: string }>>): Uint8Array[] =>
    Object.values(stored).map(({ file }) => bytesOf(file));
  const { curve, volume } = scanFiles.matrix;
  const companions = ({ parameters }: typeof curve): { name: string; bytes: Uint8Array }[] => [
    { name: "session_0001.mtrx", bytes: bytesOf(parameters) },
  ];
  const nexus = Object.values(scanFiles.nexus).map(bytesOf);
  return [
    { name: "3ds", files: files(scanFiles.grids), read: (bytes) => readGrid(bytes) },
    { name: "vert", files: files(scanFiles.verts), read: (bytes) => readCurves(bytes) },
    { name: "igor", files: [bytesOf(scanFiles.igor["asylum"].file)], read: scans },
    {
      name: "igor curve",
      files: [bytesOf(scanFiles.igor["curve"].file)],
      read: (bytes) => readCurves(bytes),
    },
    { name: "nanoscope", files: files(scanFiles.nanoscope), read: scans },
    { name: "jpk", files: [bytesOf(scanFiles.jpk.file)], read: scans },
    {
      name: "matrix curve",
      files: [bytesOf(curve.file)],
      read: (bytes) => readCurves(bytes, { name: curve.name, companions: companions(curve) }),
    },
    {
      name: "matrix volume",
      files: [bytesOf(volume.file)],
      read: (bytes) => readGrid(bytes, { name: volume.name, companions: companions(volume) }),
    },
    {
      name: "matrix volume parameters",
      files: [bytesOf(volume.parameters)],
      read: (bytes) =>
        readGrid(bytesOf(volume.file), {
          name: volume.name,
          companions: [{ name: "session_0001.mtrx", bytes }],
        }),
    },
    { name: "nexus", files: nexus.slice(0, 1), read: scans, fewer: 20, patience: 5000 },
    {
      name: "nexus grid",
      files: nexus.slice(1, 2),
      read: (bytes) => readGrid(bytes),
      fewer: 20,
      patience: 5000,
    },
    {
      name: "labels",
      files: labelFiles.map((text) => new Uint8Array(Buffer.from(text))),
      read: (bytes) => readLabels(bytes),
    },
  ];
}

const labelFiles = [
  "id,label\na,bright\nb,dark\nc,\n",
  "filename;class;group\r\na.png;bright;1\r\nb.png;dark;2\r\n",
  "a.png bright\nb.png dark\n",
  '[{"data":{"image":"a.png"},"annotations":[{"result":[{"value":{"choices":["bright"]}}]}]}]',
  '{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"image_id":1,"category_id":3}],"categories":[{"id":3,"name":"bright"}]}',
];

/** What came of one input. */
export interface Outcome {
  readonly refused: boolean;
  readonly milliseconds: number;
  /** Memory taken, at least, beyond what is always allowed if it is positive. */
  readonly bytes: number;
}

/**
 * Reads one input; throws, with the input in base64, if the reader fails in another way than by a sentence to the user, or
 * takes too long or too much memory.
 */
export async function tryInput({ name, read }: Target, input: Uint8Array): Promise<Outcome> {
  const fail = (what: string): Error =>
    new Error(`${name}: ${what}\nfor ${Buffer.from(input).toString("base64").slice(0, 20000)}`);
  const before = process.memoryUsage();
  const from = performance.now();
  let refused = false;
  try {
    await read(input);
  } catch (error) {
    if (!(error instanceof InputError)) throw fail(String((error as Error).stack));
    refused = true;
  }
  const milliseconds = performance.now() - from;
  const after = process.memoryUsage();
  const bytes = after.arrayBuffers - before.arrayBuffers + (after.heapUsed - before.heapUsed);
  if (bytes > 4 * input.length + alwaysAllowedBytes) throw fail(`it took ${bytes / 1e6} MB`);
  return { refused, milliseconds, bytes };
}

/** Damaged and forged copies of files, one after the other, the same for the same seed. */
export function* forge(
  files: readonly Uint8Array[],
  count: number,
  seed = 1,
): Generator<Uint8Array> {
  const rng = createRng(seed).fork("forge");
  for (let i = 0; i < count; i++) {
    let bytes: Uint8Array = Uint8Array.from(files[rng.integer(files.length)]);
    // One change shows what it does alone; several get past checks that one would fail.
    for (let changes = 1 + rng.integer(3); changes > 0; changes--) {
      bytes = mutations[rng.integer(mutations.length)](bytes, rng, files);
    }
    yield bytes;
  }
}

type Mutation = (bytes: Uint8Array, rng: Rng, files: readonly Uint8Array[]) => Uint8Array;

const extremes = [
  0, 1, 2, 3, 255, 256, 4096, 32767, 65535, 65536, 1e6, 16777216, 0x7fffffff, 0x80000000,
  0xffffffff, 0xfffffffe,
];
const words = [
  "0",
  "-1",
  "1",
  "3",
  "1e308",
  "99999999999",
  "4096",
  "65536",
  "NaN",
  "Inf",
  "",
  "0.5",
];

/** Headers are where the numbers are that a reader must not trust. */
function place(bytes: Uint8Array, rng: Rng): number {
  const near = rng.uniform() < 0.7 ? Math.min(2048, bytes.length) : bytes.length;
  return rng.integer(Math.max(1, near));
}

const mutations: readonly Mutation[] = [
  (bytes, rng) => bytes.slice(0, place(bytes, rng)),
  (bytes, rng) => {
    for (let flips = 1 + rng.integer(8); flips > 0; flips--) {
      bytes[place(bytes, rng)] ^= 1 << rng.integer(8);
    }
    return bytes;
  },
  (bytes, rng) => {
    const at = place(bytes, rng);
    const size = [1, 2, 4, 8][rng.integer(4)];
    if (at + size > bytes.length) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const value = rng.uniform() < 0.2 ? bytes.length : extremes[rng.integer(extremes.length)];
    const little = rng.uniform() < 0.7;
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, little);
    else if (size === 4) view.setUint32(at, value, little);
    else view.setFloat64(at, rng.uniform() < 0.5 ? value : NaN, little);
    return bytes;
  },
  (bytes, rng) => {
    // A number that is written out, in the header or in an array.
    const text = Buffer.from(bytes).toString("latin1");
    const found = Array.from(text.slice(0, 8192).matchAll(/[-+\d.eE]+/g));
    if (found.length === 0) return bytes;
    const { 0: old, index } = found[rng.integer(found.length)];
    const forged = words[rng.integer(words.length)];
    return Uint8Array.from(
      Buffer.from(text.slice(0, index) + forged + text.slice(index + old.length), "latin1"),
    );
  },
  (bytes, rng) => {
    const [from, length] = [place(bytes, rng), 1 + rng.integer(64)];
    const piece = bytes.slice(from, from + length);
    const to = place(bytes, rng);
    return Uint8Array.from([...bytes.slice(0, to), ...piece, ...bytes.slice(to)]);
  },
  (bytes, rng) => {
    const [from, length] = [place(bytes, rng), 1 + rng.integer(64)];
    return Uint8Array.from([...bytes.slice(0, from), ...bytes.slice(from + length)]);
  },
  (bytes, rng) => {
    const [from, length] = [place(bytes, rng), 1 + rng.integer(16)];
    return bytes.fill([0, 0xff, 0x20, 0x0a][rng.integer(4)], from, from + length);
  },
  (bytes, rng, files) => {
    const other = files[rng.integer(files.length)];
    return Uint8Array.from([
      ...bytes.slice(0, place(bytes, rng)),
      ...other.slice(place(other, rng)),
    ]);
  },
];
