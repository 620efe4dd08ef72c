import * as path from "node:path";
import type { Channel, InputError, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged, unsuitable } from "../damaged";
import { assembleScan } from "./assembleScan";
import { byteCursor } from "./byteCursor";
import { checkMemory } from "./checkMemory";
import { matrixBlocks, matrixMagic } from "./matrixBlocks";
import {
  matrixParameters,
  type MatrixFile,
  type MatrixState,
  type MatrixTransfer,
} from "./matrixParameters";
import { siUnit } from "./siUnit";

/** The raw values of a data file, as they were recorded. */
export interface MatrixData {
  /** Points the instrument meant to record. */
  readonly intended: number;
  /** Points it did. */
  readonly captured: number;
  /** 4-byte whole numbers, little-endian. */
  readonly raw: DataView;
}

/** Reads the raw values of a MATRIX data file. @throws InputError if it holds none */
export function parseMatrixData(bytes: Uint8Array, file: string): MatrixData {
  let counts: readonly [intended: number, captured: number] | undefined;
  for (const outer of matrixBlocks(bytes, file, matrixMagic.length)) {
    if (outer.id !== "TLKB") continue;
    for (const { id, content } of matrixBlocks(outer.content, file, 4)) {
      if (id === "CSED") {
        const cursor = byteCursor(content, file, 20);
        counts = [cursor.i32(), cursor.i32()];
      } else if (id === "ATAD" && counts !== undefined) {
        const [intended, captured] = counts;
        if (captured < 1 || 4 * captured > content.length || intended < captured) {
          throw damaged(
            file,
            `it announces ${captured} of ${intended} points and holds ${content.length / 4}`,
          );
        }
        const raw = new DataView(content.buffer, content.byteOffset, 4 * captured);
        return { intended, captured, raw };
      }
    }
  }
  throw unsuitable(
    file,
    "which holds parameters and no image",
    'a data file, such as "...--1_1.Z_mtrx"',
    "Read the data file beside it.",
  );
}

/**
 * Reads an image of Omicron's MATRIX, with the parameter files of its session: the frame scanned upwards, and the frame
 * scanned downwards where there is one. Lines recorded right to left come left to right. What was not recorded is NaN.
 * @param stream parameter files in order
 * @throws InputError if the parameters do not belong to the file, or it holds something else than an image
 */
export function parseMatrix(
  bytes: Uint8Array,
  file: string,
  stream: readonly MatrixFile[],
): Scan[] {
  const name = path.basename(file);
  const data = parseMatrixData(bytes, file);
  needParameters(stream, file);
  const channelName = matrixChannel(name);
  if (channelName.includes("(")) throw spectra(file, `whose channel is "${channelName}"`);
  const state = matrixParameters(stream, name);
  const frame = readFrame(state, data.intended, file);
  const { convert, unit } = matrixScale(state, channelName, file);
  const perFrame = frame.width * frame.height * (frame.retraceX ? 2 : 1);
  const frames = frame.retraceY && data.captured > perFrame ? 2 : 1;
  checkMemory(file, 8 * frames * perFrame, bytes.length);
  return Array.from({ length: frames }, (_, i) =>
    assembleScan({
      file,
      format: "Omicron MATRIX",
      channels: readFrameChannels(data, frame, i, { convert, unit, name: channelName }),
      width: frame.width,
      height: frame.height,
      sizeMetres: frame.sizeMetres,
      ...(frames > 1 ? { title: i === 0 ? "up" : "down" } : {}),
      scanDirection: i === 0 ? "up" : "down",
      lineSeconds: firstNumber(state, ["Raster_Time", "Raster_Period_Time"]) * frame.width,
      biasVolts: matrixNumber(state, "GapVoltageControl.Voltage"),
      offsetMetres: [
        matrixNumber(state, "XYScanner.X_Offset"),
        matrixNumber(state, "XYScanner.Y_Offset"),
      ],
      angleDegrees: matrixNumber(state, "XYScanner.Angle"),
      metadata: {
        ...matrixMetadata(state),
        "fewscope.points": `${data.captured} of ${data.intended}`,
      },
    }),
  );
}

/** @throws InputError if there is no parameter file */
export function needParameters(stream: readonly MatrixFile[], file: string): void {
  if (stream.length > 0) return;
  throw unsuitable(
    file,
    "whose parameter files are missing",
    `"${path.basename(file).replace(/--\d+_\d+\.[^.]*$/, "")}_0001.mtrx" of the same session`,
    "Put it into the same folder; where bytes are read, give it as one of companions.",
  );
}

/** The channel that a data file is named after: "I(V)" of "...--2_1.I(V)_mtrx". */
export function matrixChannel(name: string): string {
  return /\.([^.]*)_mtrx$/i.exec(name)?.[1] ?? "";
}

function spectra(file: string, what: string): InputError {
  return unsuitable(
    file,
    `${what}, so that it holds spectra`,
    "an image",
    "Read it with readCurves, or with readGrid where spectra were taken on a grid.",
  );
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly sizeMetres: readonly [number, number];
  readonly retraceX: boolean;
  readonly retraceY: boolean;
}

/** Points and lines of the scanner. @throws InputError if they are no size of an image */
export function matrixPoints(state: MatrixState, file: string): [width: number, height: number] {
  const width = firstNumber(state, ["Points", "X_Points"]);
  const height = firstNumber(state, ["Lines", "Y_Points"]);
  if (![width, height].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw damaged(file, `its parameters say ${width} x ${height} points`);
  }
  checkImageSize(width, height, file);
  return [width, height];
}

/** The first version of the software had other names for some. */
function firstNumber(state: MatrixState, names: readonly string[]): number {
  const found = names.find((name) => state.values.has(`XYScanner.${name}`));
  return matrixNumber(state, `XYScanner.${found ?? ""}`);
}

/** @param intended points that the file was to hold, which must be those of the frames */
function readFrame(state: MatrixState, intended: number, file: string): Frame {
  const [width, height] = matrixPoints(state, file);
  // The first MATRIX software wrote the size before zooming.
  const zoom = Math.max(1, matrixNumber(state, "XYScanner.Zoom") || 1);
  return {
    width,
    height,
    sizeMetres: [
      matrixNumber(state, "XYScanner.Width") / zoom,
      matrixNumber(state, "XYScanner.Height") / zoom,
    ],
    ...retraces(state, intended / (width * height), intended, file),
  };
}

/**
 * Which ways were scanned. The first version of the software had a mode in place of two switches: 0 all ways, 1 no frame
 * downwards, 2 traces only.
 */
function retraces(
  state: MatrixState,
  ways: number,
  intended: number,
  file: string,
): Pick<Frame, "retraceX" | "retraceY"> {
  const flag = (name: string): string | undefined => state.values.get(`XYScanner.${name}`);
  const mode = firstNumber(state, ["Scan_Constraint", "Grid_Mode"]);
  const retraceX = (flag("X_Retrace") ?? String(mode !== 2)) === "true";
  const retraceY = (flag("Y_Retrace") ?? String(mode !== 1 && mode !== 2)) === "true";
  const told = [
    { retraceX, retraceY },
    // A constraint of the scan leaves the frame downwards out, and the retrace, whatever the switches say.
    ...(mode === 1 || mode === 2 ? [{ retraceX: retraceX && mode === 1, retraceY: false }] : []),
  ].find((way) => ways === (way.retraceX ? 2 : 1) * (way.retraceY ? 2 : 1));
  if (told !== undefined) return told;
  throw spectra(file, `which was to hold ${intended} points where an image has another number`);
}

/** A parameter as a number; NaN where there is none. */
export function matrixNumber({ values }: MatrixState, key: string): number {
  return Number(values.get(key) ?? NaN);
}

/** All parameters as text, with their units. */
export function matrixMetadata(state: MatrixState): Record<string, string> {
  return Object.fromEntries(
    Array.from(state.values, ([key, value]) => [key, withUnit(value, state.units.get(key) ?? "")]),
  );
}

function withUnit(value: string, unit: string): string {
  return unit === "" || unit === "--" ? value : `${value} ${unit}`;
}

/** How raw numbers of a channel become physical ones. */
export interface MatrixScale {
  readonly unit: string;
  readonly convert: (raw: number) => number;
}

/** The transfer function that was defined last for the channel's name. */
export function matrixScale(state: MatrixState, channel: string, file: string): MatrixScale {
  const keys = [...state.channels].filter(([, name]) => name === channel).map(([key]) => key);
  const key = keys.sort((a, b) => b - a).find((candidate) => state.transfers.has(candidate));
  const transfer = key === undefined ? undefined : state.transfers.get(key);
  if (transfer === undefined) {
    throw damaged(file, `its parameters give no scale for the channel "${channel.slice(0, 40)}"`);
  }
  const { unit, factor } = siUnit(transfer.unit);
  const convert = transferFunction(transfer, file);
  return { unit, convert: (raw) => convert(raw) * factor };
}

function transferFunction(
  { name, properties }: MatrixTransfer,
  file: string,
): (raw: number) => number {
  const property = (key: string): number => {
    const value = properties.get(key);
    if (value === undefined) throw damaged(file, `its scale lacks ${key}`);
    return value;
  };
  if (name === "TFF_Linear1D") {
    const [factor, offset] = [property("Factor"), property("Offset")];
    return (raw) => (raw - offset) / factor;
  }
  if (name === "TFF_MultiLinear1D") {
    const [raw1, preOffset] = [property("Raw_1"), property("PreOffset")];
    const [neutral, preFactor] = [property("NeutralFactor"), property("PreFactor")];
    const offset = property("Offset");
    return (raw) => ((raw1 - preOffset) * (raw - offset)) / (neutral * preFactor);
  }
  throw unsuitable(
    file,
    `whose values have the scale "${name.slice(0, 40)}"`,
    "TFF_Linear1D or TFF_MultiLinear1D",
    "Export it from the instrument's software in another format.",
  );
}

/** For each line the trace, then the retrace from right to left; the first frame bottom to top, the second top to bottom. */
function readFrameChannels(
  { raw, captured }: MatrixData,
  { width, height, retraceX }: Frame,
  frame: number,
  { convert, unit, name }: MatrixScale & { readonly name: string },
): Channel[] {
  const directions = retraceX ? (["forward", "backward"] as const) : (["forward"] as const);
  const perLine = width * directions.length;
  const start = frame * perLine * height;
  return directions.map((direction, side) => {
    const data = new Float64Array(width * height).fill(NaN);
    for (let line = 0; line < height; line++) {
      const row = (frame === 0 ? height - 1 - line : line) * width;
      const from = start + line * perLine + side * width;
      for (let i = 0; i < width && from + i < captured; i++) {
        const value = convert(raw.getInt32(4 * (from + i), true));
        data[row + (side === 0 ? i : width - 1 - i)] = Number.isFinite(value) ? value : NaN;
      }
    }
    return { name, unit, direction, data };
  });
}
