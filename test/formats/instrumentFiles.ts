import { deflateSync } from "node:zlib";

/** The value at a pixel of every image made here tells where it stands: 100 * row + column, in display order. */
export const testWidth = 5;
export const testHeight = 4;
const pixels = testWidth * testHeight;

/** Raw value at a place in display order. */
export function rawAt(row: number, column: number): number {
  return 100 * row + column;
}

/** All raw values in display order, plus an offset that tells the plane. */
export function rawPlane(offset = 0): number[] {
  return Array.from(
    { length: pixels },
    (_, i) => rawAt(Math.floor(i / testWidth), i % testWidth) + offset,
  );
}

/** A plane with columns mirrored or rows flipped, as instruments store it. */
export function turned(plane: readonly number[], mirror: boolean, flip: boolean): number[] {
  return plane.map((_, i) => {
    const [row, column] = [Math.floor(i / testWidth), i % testWidth];
    const fromRow = flip ? testHeight - 1 - row : row;
    return plane[fromRow * testWidth + (mirror ? testWidth - 1 - column : column)];
  });
}

/** Joins text (latin-1) and bytes. */
export function bytesOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)),
    ),
  );
}

export function float32(values: readonly number[], big = false): Uint8Array {
  return numbersOf(values, 4, (view, at, value) => view.setFloat32(at, value, !big));
}

export function int32(...values: readonly number[]): Uint8Array {
  return numbersOf(values, 4, (view, at, value) => view.setInt32(at, value, true));
}

export function int16(values: readonly number[]): Uint8Array {
  return numbersOf(values, 2, (view, at, value) => view.setInt16(at, value, true));
}

export function float64(...values: readonly number[]): Uint8Array {
  return numbersOf(values, 8, (view, at, value) => view.setFloat64(at, value, true));
}

function numbersOf(
  values: readonly number[],
  size: number,
  set: (view: DataView, at: number, value: number) => void,
): Uint8Array {
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => set(view, i * size, value));
  return bytes;
}

export interface SxmSettings {
  readonly up?: boolean;
  /** Rows at the end of the scan that were not measured. */
  readonly missingRows?: number;
  readonly header?: Readonly<Record<string, string>>;
  readonly dataInfo?: readonly string[];
  readonly planes?: readonly (readonly number[])[];
}

/** A Nanonis scan of Z (forward and backward) and Current (forward), 4 x 2 nm; raw values are pm and pA. */
export function sxmFile({
  up = false,
  missingRows = 0,
  header = {},
  dataInfo = ["14\tZ\tm\tboth\t1.0\t0.0", "0\tLI_X\tA\tforward\t1.0\t0.0"],
  planes = [rawPlane(), rawPlane(1000), rawPlane(2000)],
}: SxmSettings = {}): Uint8Array {
  const tags = {
    NANONIS_VERSION: "2",
    SCANIT_TYPE: "  FLOAT  LSBFIRST",
    SCAN_PIXELS: `  ${testWidth}  ${testHeight}`,
    SCAN_TIME: " 1.5E-1  3.0E-1",
    SCAN_RANGE: " 4.0E-9  2.0E-9",
    SCAN_OFFSET: " 1.0E-9 -2.0E-9",
    SCAN_ANGLE: " 1.5E+1",
    SCAN_DIR: up ? "up" : "down",
    BIAS: " -1.5E+0",
    COMMENT: "T = 77 K, 1 \xb5V\n\x1a is no end",
    ...header,
    DATA_INFO: `\tChannel\tName\tUnit\tDirection\tCalibration\tOffset\n\t${dataInfo.join("\n\t")}\n`,
  };
  const text = Object.entries(tags).map(([tag, value]) => `:${tag}:\n${value}\n`);
  return bytesOf(
    ...text,
    ":SCANIT_END:\n\n\n\x1a\x04",
    ...planes.map((plane, i) => {
      const scanned = turned(plane, i === 1, up).map((value) => value * 1e-12);
      const bytes = float32(scanned, true);
      for (let k = pixels - missingRows * testWidth; k < pixels; k++) {
        bytes.set([0x7f, 0xff, 0xff, 0xff], 4 * k);
      }
      return bytes;
    }),
  );
}

/** A Nanonis curve: bias, current forward and backward, the latter with both ways of writing its title. */
export function nanonisDatFile(): Uint8Array {
  const rows = [-1, 0, 1].map((v) => `${v}E+0\t${v * 10}E-12\t${v * 11}E-12\tNaN\t${v * 12}E-12`);
  return bytesOf(
    "Experiment\tbias spectroscopy\t\r\nExperiment\tagain\t\r\nX (m)\t1E-9\t\r\nY (m)\t-2E-9\t\r\nZ (m)\tN/A\t\r\n\r\n",
    "[DATA]\r\nBias calc (V)\tCurrent (A)\tCurrent [bwd] (A)\tInput 3 (V) [bwd] [filt]\tCurrent [00002] (A)\r\n",
    `${rows.join("\r\n")}\r\n`,
  );
}

export type GwyPart = readonly [key: string, type: string, value: Uint8Array];

export function gwyObject(type: string, parts: readonly GwyPart[]): Uint8Array {
  const payload = bytesOf(
    ...parts.map(([key, letter, value]) => bytesOf(`${key}\0${letter}`, value)),
  );
  return bytesOf(`${type}\0`, int32(payload.length), payload);
}

export function gwyField(values: readonly number[], unit: string, scale = 1): Uint8Array {
  return gwyObject("GwyDataField", [
    ["xres", "i", int32(testWidth)],
    ["yres", "i", int32(testHeight)],
    ["xreal", "d", float64(4)],
    ["yreal", "d", float64(2)],
    ["xoff", "d", float64(1)],
    ["si_unit_xy", "o", gwyObject("GwySIUnit", [["unitstr", "s", bytesOf("nm\0")]])],
    ["si_unit_z", "o", gwyObject("GwySIUnit", [["unitstr", "s", bytesOf(`${unit}\0`)]])],
    ["data", "D", bytesOf(int32(values.length), float64(...values.map((v) => v * scale)))],
  ]);
}

/** A Gwyddion file of two images with one title, a hole in the numbers, a mask, metadata and parts no image needs. */
export function gwyFile(): Uint8Array {
  return bytesOf(
    "GWYP",
    gwyObject("GwyContainer", [
      ["/filename", "s", bytesOf("x.gwy\0")],
      ["/7/data", "o", gwyField(rawPlane(1000), "pA")],
      ["/7/data/title", "s", bytesOf("Z\0")],
      ["/2/data", "o", gwyField(rawPlane(), "pm")],
      ["/2/data/title", "s", bytesOf("Z\0")],
      [
        "/2/mask",
        "o",
        gwyField(
          rawPlane().map((v) => v % 2),
          "",
        ),
      ],
      ["/2/meta", "o", gwyObject("GwyContainer", [["Bias", "s", bytesOf("-2 V\0")]])],
      ["/2/show", "b", Uint8Array.of(1)],
      ["/brick/1", "o", gwyObject("GwyBrick", [["data", "D", bytesOf(int32(1), float64(1))]])],
      ["/x", "Q", bytesOf(int32(1), float64(1))],
      ["/y", "q", float64(1)],
      ["/z", "c", Uint8Array.of(65)],
      ["/s", "S", bytesOf(int32(2), "a\0b\0")],
      ["/o", "O", bytesOf(int32(1), gwyObject("Thing", []))],
      ["/i", "I", bytesOf(int32(2), int32(1, 2))],
      ["/c", "C", bytesOf(int32(3), "abc")],
    ]),
  );
}

/** A Gwyddion Simple Field. */
export function gsfFile(extra = ""): Uint8Array {
  const header = `Gwyddion Simple Field 1.0\nXRes=${testWidth}\nYRes = ${testHeight}\nXReal  =  4\nYReal=2\nXYUnits=nm\nZUnits = pm\nTitle = topo\nTip = W = sharp\n${extra}`;
  return bytesOf(header, "\0".repeat(4 - (header.length % 4)), float32(rawPlane()));
}

const utf16 = (text: string): Uint8Array =>
  bytesOf(int32(text.length), Buffer.from(text, "utf16le"));
const stamp = new Uint8Array(8);
const block = (id: string, content: Uint8Array, timed = true): Uint8Array =>
  bytesOf(id, int32(content.length), timed ? stamp : "", content);
const matrixNumber = (value: number): Uint8Array => bytesOf("BUOD", float64(value));
const matrixInteger = (value: number): Uint8Array => bytesOf("GNOL", int32(value));
const matrixFlag = (value: boolean): Uint8Array => bytesOf("LOOB", int32(value ? 1 : 0));
const property = (name: string, unit: string, value: Uint8Array): Uint8Array =>
  bytesOf(utf16(name), utf16(unit), int32(0), value);

export interface MatrixSettings {
  readonly retraceX?: boolean;
  readonly retraceY?: boolean;
  /** Points really recorded. @default all */
  readonly captured?: number;
  readonly multiLinear?: boolean;
  readonly width?: number;
}

/** A MATRIX data file: up trace, up retrace (+1000), down trace (+2000), down retrace (+3000), as far as recorded. */
export function matrixDataFile({
  retraceX = true,
  retraceY = true,
  captured,
}: MatrixSettings = {}): Uint8Array {
  const frames = retraceY ? [0, 2000] : [0];
  const values = frames.flatMap((offset) =>
    Array.from({ length: testHeight }, (_, line) => {
      const row = offset === 0 ? testHeight - 1 - line : line;
      const trace = Array.from({ length: testWidth }, (_, i) => rawAt(row, i) + offset);
      const retrace = Array.from(
        { length: testWidth },
        (_, i) => rawAt(row, testWidth - 1 - i) + offset + 1000,
      );
      return retraceX ? [...trace, ...retrace] : trace;
    }).flat(),
  );
  const there = values.slice(0, captured ?? values.length);
  const description = bytesOf(
    new Uint8Array(20),
    int32(values.length, there.length),
    new Uint8Array(8),
  );
  const inner = bytesOf(
    int32(0),
    block("CSED", description, false),
    block("ATAD", int32(...there), false),
  );
  return bytesOf("ONTMATRX0101", block("TLKB", inner));
}

/** Parameters of a session that wrote "before--1_1.Z_mtrx", changed the bias, and wrote "session--1_2.Z_mtrx". */
export function matrixParameterFile({
  retraceX = true,
  retraceY = true,
  multiLinear = false,
  width = testWidth,
}: MatrixSettings = {}): Uint8Array {
  const scanner = [
    property("Points", "--", matrixInteger(width)),
    property("Lines", "--", matrixInteger(testHeight)),
    property("Width", "Meter", matrixNumber(4e-9)),
    property("Height", "Meter", matrixNumber(2e-9)),
    property("X_Offset", "Meter", matrixNumber(1e-9)),
    property("Y_Offset", "Meter", matrixNumber(-2e-9)),
    property("Angle", "Degree", matrixInteger(30)),
    property("Raster_Time", "Second", matrixNumber(0.01)),
    property("X_Retrace", "--", matrixFlag(retraceX)),
    property("Y_Retrace", "--", matrixFlag(retraceY)),
    property("Name", "--", bytesOf("GRTS", utf16("tube"))),
  ];
  const parameters = bytesOf(
    int32(0),
    int32(2),
    utf16("XYScanner"),
    int32(scanner.length),
    ...scanner,
    utf16("GapVoltageControl"),
    int32(1),
    property("Voltage", "Volt", matrixNumber(-1)),
  );
  const channels = bytesOf(
    new Uint8Array(8),
    int32(1),
    new Uint8Array(16),
    utf16("STM"),
    utf16("Z"),
    int32(2),
    ...[3, 7].map((key) =>
      bytesOf(int32(0), int32(key), new Uint8Array(8), utf16("Z"), utf16("Meter")),
    ),
    int32(0),
  );
  const linear = (factor: number): Uint8Array =>
    bytesOf(
      utf16("TFF_Linear1D"),
      utf16("Meter"),
      int32(2),
      utf16("Factor"),
      matrixNumber(factor),
      utf16("Offset"),
      matrixNumber(0),
    );
  // (Raw_1 - PreOffset) (raw - Offset) / (NeutralFactor PreFactor) is raw pm here.
  const product = bytesOf(
    utf16("TFF_MultiLinear1D"),
    utf16("Meter"),
    int32(5),
    ...Object.entries({ Raw_1: 7, PreOffset: 3, Offset: 0, NeutralFactor: 2e12, PreFactor: 2 }).map(
      ([key, value]) => bytesOf(utf16(key), matrixNumber(value)),
    ),
  );
  const scales = bytesOf(
    int32(0),
    int32(3),
    linear(1),
    int32(0),
    int32(7),
    multiLinear ? product : linear(1e12),
  );
  const change = bytesOf(
    int32(0),
    utf16("GapVoltageControl"),
    property("Voltage", "Volt", matrixNumber(2)),
  );
  return bytesOf(
    "ONTMATRX0101",
    block("ATEM", utf16("Matrix")),
    block("APEE", parameters),
    block("YSCC", bytesOf(int32(0), block("TCID", channels, false), block("REFX", scales, false))),
    block("KRAM", utf16("MTRX$SAMPLE_NAME-Si(001)-H")),
    block("FERB", bytesOf(int32(0), utf16("before--1_1.Z_mtrx"))),
    block("DOMP", change),
    block("FERB", bytesOf(int32(0), utf16("session--1_2.Z_mtrx"))),
    block(
      "DOMP",
      bytesOf(int32(0), utf16("GapVoltageControl"), property("Voltage", "Volt", matrixNumber(9))),
    ),
    block("DEOE", new Uint8Array(0)),
  );
}

export interface Sm4Settings {
  readonly flip?: boolean;
  readonly completed?: number;
}

/** An RHK file of two pages, forward and backward (+1000), raw pm plus 3 pm. */
export function sm4File({ flip = true, completed = testHeight }: Sm4Settings = {}): Uint8Array {
  const label = (text: string): Uint8Array =>
    bytesOf(int16([text.length]), Buffer.from(text, "utf16le"));
  const texts = bytesOf(
    ...["Topography", "", "", "", "x.sm4", "01/02/24", "12:00:00", "m", "m", "m", "", "", "ok"].map(
      label,
    ),
    label(String(completed)),
    label("1"),
  );
  const dataSize = 4 * pixels;
  const headerEnd = 58 + 12;
  const indexAt = headerEnd + 16 + 12;
  const entry = 32 + 24;
  const pageAt = indexAt + 2 * entry;
  const pageSize = 180 + 12 + texts.length + dataSize;
  const object = (type: number, at: number, size: number): Uint8Array => int32(type, at, size);
  const page = (i: number): Uint8Array => {
    const at = pageAt + i * pageSize;
    const stored = turned(rawPlane(1000 * i), true, flip).map((value, k) =>
      k >= completed * testWidth ? 0 : value,
    );
    return bytesOf(
      int16([180, 15]),
      int32(1, 0, 0, 0, 0, testWidth, testHeight, 0, i, 4, dataSize, 0, 0),
      float32([-8e-10, flip ? 5e-10 : -5e-10, 1e-12, 0, 1e-9, -2e-9, 3e-12, 1e-3, -2, 1e-10, 5]),
      int32(0, 0, 0, 1),
      new Uint8Array(64),
      object(10, at + 192, texts.length),
      texts,
      int32(...stored),
    );
  };
  return bytesOf(
    int16([56]),
    Buffer.from("STiMage 005.004 1\0", "utf16le"),
    int32(2, 1, 12, 0, 0),
    object(1, headerEnd, 16),
    int32(2, 1, 0, 0),
    object(2, indexAt, 32),
    ...[0, 1].map((i) =>
      bytesOf(
        new Uint8Array(16),
        int32(0, 0, 2, 0),
        object(3, pageAt + i * pageSize, 180),
        object(4, pageAt + i * pageSize + 192 + texts.length, dataSize),
      ),
    ),
    page(0),
    page(1),
  );
}

export interface CreatecSettings {
  readonly kind?: "[Parameter]" | "[Paramet32]" | "[Paramco32]";
  readonly header?: string;
  readonly completed?: number;
}

/** A Createc file of Z, current and ADC7, forward and backward; the mark of the data also stands in a comment. */
export function createcFile({
  kind = "[Paramco32]",
  header = "",
  completed = testHeight,
}: CreatecSettings = {}): Uint8Array {
  const text = [
    kind,
    "DAC-Type=20bit",
    `Num.X / Num.X=${testWidth}`,
    `Num.Y / Num.Y=${testHeight}`,
    "Delta X / Delta X [Dac]=32",
    "Delta Y / Delta Y [Dac]=16",
    "GainX / GainX=10",
    "GainY / GainY=10",
    "GainZ / GainZ=10",
    "Xpiezoconst / Xpiezoconst= 96.00",
    "YPiezoconst / YPiezoconst= 96.00",
    "ZPiezoconst / ZPiezoconst= 19.20",
    "BiasVoltage / BiasVolt.[mV]=-550.00",
    "Gainpreamp / GainPre 10^=9",
    "Channels / Channels=6",
    "Channelselectval / Channelselectval=131",
    "Sec/line:=0.5",
    `ImageYPosMax=${completed + 1}`,
    " = ",
    "memo=DATA x",
    header,
  ].join("\r\n");
  const planes = [0, 1000, 2000, 3000, 4000, 5000].flatMap((offset) =>
    rawPlane(offset).map((value, i) => (i < completed * testWidth ? value : 0)),
  );
  if (kind === "[Paramco32]") {
    const packed = deflateSync(float32([-7, ...planes, ...new Array<number>(51).fill(0)]));
    return bytesOf(text, "\0".repeat(40), "DATA", packed);
  }
  const body =
    kind === "[Parameter]"
      ? bytesOf(int16([0]), int16(planes))
      : bytesOf(int32(0), float32(planes));
  return bytesOf(text, "\0".repeat(16384 - text.length), body);
}
