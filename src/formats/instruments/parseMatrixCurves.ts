import * as path from "node:path";
import { damaged, unsuitable } from "../damaged";
import { checkMemory } from "./checkMemory";
import type { CurveColumn, CurveGrid, Curves, GridChannel } from "./curveTypes";
import { matrixParameters, type MatrixFile, type MatrixState } from "./matrixParameters";
import {
  matrixChannel,
  matrixMetadata,
  matrixNumber,
  matrixPoints,
  matrixScale,
  needParameters,
  parseMatrixData,
  type MatrixData,
  type MatrixScale,
} from "./parseMatrix";
import { placeKeys } from "./scanPlace";
import { siUnit } from "./siUnit";

/** What was swept. */
interface Ramp {
  readonly name: string;
  readonly unit: string;
  readonly values: Float64Array;
  /** Swept there and back. */
  readonly reversed: boolean;
}

interface Read {
  readonly data: MatrixData;
  readonly state: MatrixState;
  readonly ramp: Ramp;
  readonly scale: MatrixScale;
  readonly channel: string;
}

/** More points than any sweep has. */
const mostPoints = 4e6;
/** A grid of more than so many times the points that its file was to hold belongs to another file. */
const mostMisfit = 16;

/**
 * Reads a spectrum of a MATRIX session ("...--1_2.I(V)_mtrx"): what was swept, and the channel forward and, where the ramp
 * was reversed, backward. @throws InputError if the parameters do not belong to the file, or it holds something else
 */
export function parseMatrixCurve(
  bytes: Uint8Array,
  file: string,
  stream: readonly MatrixFile[],
): Curves {
  const { data, state, ramp, scale, channel } = readBoth(bytes, file, stream);
  const points = ramp.values.length;
  const ways = ramp.reversed && data.captured > points ? 2 : 1;
  if (data.intended > points * (ramp.reversed ? 2 : 1)) {
    throw unsuitable(
      file,
      "which holds many spectra",
      "a single spectrum",
      "Read it with readGrid.",
    );
  }
  const { unit, convert } = scale;
  const column = (side: number): CurveColumn => ({
    name: channel,
    unit,
    direction: side === 0 ? "forward" : "backward",
    filtered: false,
    data: spectrum(data, points, side, convert, side === 1),
  });
  const plain = { direction: "forward", filtered: false } as const;
  return {
    name: path.basename(file),
    columns: [
      { name: ramp.name, unit: ramp.unit, ...plain, data: ramp.values },
      ...Array.from({ length: ways }, (_, side) => column(side)),
    ],
    positionMetres: placeOf(state),
    segments: [0],
    metadata: {
      ...matrixMetadata(state),
      "fewscope.format": "Omicron MATRIX",
      "fewscope.points": `${data.captured} of ${data.intended}`,
    },
  };
}

/**
 * Reads spectra on a grid of a MATRIX session, with the frame scanned upwards and, where there is one, the frame scanned
 * downwards, each with its trace and retrace: the channels are named so. Checked on files made by hand against
 * access2theMatrix. @throws InputError as `parseMatrixCurve`
 */
export function parseMatrixGrid(
  bytes: Uint8Array,
  file: string,
  stream: readonly MatrixFile[],
): CurveGrid {
  const { data, state, ramp, scale, channel } = readBoth(bytes, file, stream);
  if (state.values.get("XYScanner.Enable_Subgrid") !== "true") {
    throw unsuitable(
      file,
      "which holds a single spectrum",
      "spectra on a grid",
      "Read it with readCurves.",
    );
  }
  const [points, lines] = matrixPoints(state, file);
  const every = (axis: string): number =>
    Math.max(1, matrixNumber(state, `XYScanner.Subgrid_${axis}`) || 1);
  const [width, height] = [Math.ceil(points / every("X")), Math.ceil(lines / every("Y"))];
  const flag = (name: string): boolean => state.values.get(`XYScanner.${name}`) === "true";
  const match = matrixNumber(state, "XYScanner.Subgrid_Match_Mode") || 0;
  const sides = flag("X_Retrace")
    ? ([["forward", "backward"], ["forward"], ["backward"]][match] ?? ["forward", "backward"])
    : ["forward"];
  const perFrame = width * height * sides.length * ramp.values.length * (ramp.reversed ? 2 : 1);
  const frames = flag("Y_Retrace") && data.captured > perFrame ? ["up", "down"] : ["up"];
  const sweeps = ramp.reversed ? (["forward", "backward"] as const) : (["forward"] as const);
  checkMemory(file, 8 * frames.length * perFrame, bytes.length);
  const misfit = perFrame > mostMisfit * data.intended;
  if (misfit || data.intended > perFrame * (flag("Y_Retrace") ? 2 : 1)) {
    throw damaged(file, `it was to hold ${data.intended} points where its grid has ${perFrame}`);
  }
  const several = frames.length * sides.length > 1;
  const channels = frames.flatMap((frame, f) =>
    sides.flatMap((side, s) =>
      sweeps.map((direction, w): GridChannel => ({
        name: several ? `${channel} ${side}/${frame}` : channel,
        unit: scale.unit,
        direction,
        filtered: false,
        data: gridValues(data, scale, {
          width,
          height,
          points: ramp.values.length,
          sides: sides.length,
          sweeps: sweeps.length,
          frame: f,
          side: s,
          sweep: w,
          mirror: side === "backward",
        }),
      })),
    ),
  );
  const zoom = Math.max(1, matrixNumber(state, "XYScanner.Zoom") || 1);
  const offset = ["X", "Y"].map((axis) => matrixNumber(state, `XYScanner.${axis}_Offset`));
  const angle = matrixNumber(state, "XYScanner.Angle");
  return {
    name: path.basename(file),
    width,
    height,
    sizeMetres: [
      matrixNumber(state, "XYScanner.Width") / zoom,
      matrixNumber(state, "XYScanner.Height") / zoom,
    ],
    sweep: { name: ramp.name, unit: ramp.unit, values: ramp.values },
    channels,
    maps: [],
    metadata: {
      ...matrixMetadata(state),
      "fewscope.format": "Omicron MATRIX",
      "fewscope.points": `${data.captured} of ${data.intended}`,
      ...(offset.every(Number.isFinite) ? { [placeKeys.offset]: offset.join(" ") } : {}),
      ...(Number.isFinite(angle) ? { [placeKeys.angle]: String(angle) } : {}),
    },
  };
}

function readBoth(bytes: Uint8Array, file: string, stream: readonly MatrixFile[]): Read {
  const name = path.basename(file);
  const data = parseMatrixData(bytes, file);
  needParameters(stream, file);
  const state = matrixParameters(stream, name);
  const channel = matrixChannel(name);
  const ramp = rampOf(state, channel, file);
  return { data, state, ramp, channel, scale: matrixScale(state, channel, file) };
}

/** The device that the channel's bracket names: voltage or height; a sweep of frequency has parameters of its own. */
function rampOf(state: MatrixState, channel: string, file: string): Ramp {
  const [, bracket = ""] = /\(([^)]*)\)/.exec(channel) ?? [];
  if (bracket === "f") {
    return ramp(state, "FrequencyPhaseDetector", "", "Frequency", false, file);
  }
  if (bracket !== "V" && bracket !== "Z") {
    throw unsuitable(
      file,
      `whose channel is "${channel.slice(0, 40)}"`,
      "a spectrum over voltage, height or frequency, such as I(V)",
      "Export it from the instrument's software.",
    );
  }
  const wanted = bracket === "V" ? "Volt" : "Meter";
  const device = state.units.get("Spectroscopy.Device_1_Start") === wanted ? 1 : 2;
  const reversed =
    state.values.get(`Spectroscopy.Enable_Device_${device}_Ramp_Reversal`) === "true";
  return ramp(state, "Spectroscopy", `Device_${device}_`, bracket, reversed, file);
}

function ramp(
  state: MatrixState,
  instance: string,
  prefix: string,
  name: string,
  reversed: boolean,
  file: string,
): Ramp {
  const value = (key: string): number => matrixNumber(state, `${instance}.${prefix}${key}`);
  const [start, end, points] = [value("Start"), value("End"), value("Points")];
  if (!Number.isSafeInteger(points) || points < 1 || points > mostPoints) {
    throw damaged(file, `its parameters say a sweep of ${points} points`);
  }
  const { unit, factor } = siUnit(state.units.get(`${instance}.${prefix}Start`) ?? "");
  const step = (end - start) / Math.max(1, points - 1);
  const values = Float64Array.from({ length: points }, (_, i) => (start + i * step) * factor);
  return { name, unit, values, reversed };
}

function spectrum(
  { raw, captured }: MatrixData,
  points: number,
  index: number,
  convert: (raw: number) => number,
  reverse: boolean,
): Float64Array {
  const values = new Float64Array(points).fill(NaN);
  for (let i = 0; i < points; i++) {
    const at = index * points + i;
    if (at < captured) values[reverse ? points - 1 - i : i] = convert(raw.getInt32(4 * at, true));
  }
  return values;
}

/** Which of the spectra of a volume. */
interface Slice {
  readonly width: number;
  readonly height: number;
  readonly points: number;
  readonly sides: number;
  readonly sweeps: number;
  readonly frame: number;
  readonly side: number;
  readonly sweep: number;
  readonly mirror: boolean;
}

/** For each line the places of the trace, then those of the retrace; at each place the sweep, then the sweep back. */
function gridValues(data: MatrixData, { convert }: MatrixScale, slice: Slice): Float64Array {
  const { width, height, points, sides, sweeps } = slice;
  const values = new Float64Array(width * height * points);
  for (let line = 0; line < height; line++) {
    const row = slice.frame === 0 ? height - 1 - line : line;
    for (let i = 0; i < width; i++) {
      const place = ((slice.frame * height + line) * sides + slice.side) * width + i;
      const column = slice.mirror ? width - 1 - i : i;
      const read = spectrum(data, points, place * sweeps + slice.sweep, convert, slice.sweep === 1);
      values.set(read, (row * width + column) * points);
    }
  }
  return values;
}

/** The place that a mark of the session gives: "ix,iy;x,y%%...". */
function placeOf(state: MatrixState): [number, number, number] {
  const text = state.values.get("STS_LOCATION") ?? "";
  const [, x = "", y = ""] = /;\s*(-?[\d.eE+-]+)\s*,\s*(-?[\d.eE+-]+)/.exec(text) ?? [];
  return [x === "" ? NaN : Number(x), y === "" ? NaN : Number(y), NaN];
}
