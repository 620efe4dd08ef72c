import { damaged, unsuitable } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { headerTable, type HeaderTable } from "./headerTable";

/** What a Createc header says of the image. */
export interface CreatecHeader {
  readonly table: HeaderTable;
  readonly width: number;
  readonly height: number;
  readonly sizeMetres: readonly [x: number, y: number];
  /** Volt of one unit of the converter. */
  readonly voltsPerUnit: number;
  readonly metresPerUnit: number;
  readonly amperesPerUnit: number;
  /** What each image of the file shows, in order. */
  readonly planes: readonly CreatecPlane[];
  /** Rows that were measured, where the header counts them. */
  readonly completedRows?: number;
}

/** One image of the file. */
export interface CreatecPlane {
  /** Bit of the channel selection: 0 heights, 1 current; undefined where the header does not tell. */
  readonly signal?: number;
  readonly backward: boolean;
  /** Which of several voltages, from 0. */
  readonly voltage: number;
}

/**
 * Reads the text at the head of a Createc file; keys came under two names at times ("Num.X / Num.X"), and both are kept.
 * @param oneWay take the scan for one in one direction, where the text does not say it
 * @throws InputError if the text lacks something, or the tip moved in a sine
 */
export function createcHeader(
  lines: Iterable<string>,
  file: string,
  oneWay = false,
): CreatecHeader {
  const table = headerTable(file);
  for (const line of lines) {
    const at = line.indexOf("=");
    if (at < 1) continue;
    const value = line.slice(at + 1).trim();
    for (const key of new Set(line.slice(0, at).split(" / "))) {
      if (key.trim() !== "") table.add(key.trim(), value);
    }
  }
  const number = (missing: number, ...keys: readonly string[]): number =>
    parseDecimal(keys.map((key) => table.get(key)).find((value) => value !== undefined)) || missing;
  if (number(0, "ScanmodeSine") !== 0) {
    throw unsuitable(
      file,
      "which was scanned in a sine",
      "lines scanned at even speed",
      "Convert it with the instrument's software.",
    );
  }
  const size = [number(NaN, "Num.X"), number(NaN, "Num.Y")];
  if (!size.every((pixels) => Number.isSafeInteger(pixels) && pixels > 0)) {
    throw damaged(file, `its header says ${size.join(" x ")} pixels`);
  }
  const [width, height] = size;
  const positions = parseDecimal(table.get("ImageYPosMax"));
  const voltsPerUnit = 20 / 2 ** number(20, "DAC-Type");
  const span = (axis: "X" | "Y", pixels: number): number =>
    1e-10 *
    number(
      pixels *
        number(NaN, `Delta ${axis}`, `Delta ${axis} [Dac]`) *
        voltsPerUnit *
        number(NaN, `Gain${axis}`) *
        number(NaN, `${axis}piezoconst`, `${axis}Piezoconst`),
      `Length ${axis.toLowerCase()}[A]`,
    );
  const gainZ = number(10, "GainZ");
  return {
    table,
    width,
    height,
    sizeMetres: [span("X", width), span("Y", height)],
    voltsPerUnit,
    // "Dacto[A]z" says the same in two digits.
    metresPerUnit:
      voltsPerUnit * gainZ * number(NaN, "ZPiezoconst") * 1e-10 ||
      number(NaN, "Dacto[A]z") * gainZ * 1e-10,
    amperesPerUnit: voltsPerUnit / 10 ** number(9, "Gainpreamp", "GainPre 10^"),
    planes: listPlanes(number, oneWay ? 1 : 2, file),
    ...(positions > 1 ? { completedRows: Math.min(height, positions - 1) } : {}),
  };
}

/**
 * The images that the header announces: the selected signals, in each direction that was scanned, at each voltage. All
 * forward come first. Where the number of images is none that these give, only the first is sure to be heights.
 */
function listPlanes(
  number: (missing: number, ...keys: readonly string[]) => number,
  usualMode: number,
  file: string,
): CreatecPlane[] {
  const selected = number(0, "Channelselectval");
  const signals = Array.from({ length: 31 }, (_, bit) => bit).filter(
    (bit) => (selected >> bit) & 1,
  );
  const oneWay = number(usualMode, "ScanXMode") === 1;
  const voltages = Math.min(64, Math.max(1, Math.floor(number(1, "MVoltnumber11"))));
  const perWay = signals.length * voltages;
  const count = number(Math.max(1, perWay * (oneWay ? 1 : 2)), "Channels");
  if (!Number.isSafeInteger(count) || count < 1 || count > 64) {
    throw damaged(file, `its header says ${count} channels`);
  }
  const told = [
    { ways: oneWay ? 1 : 2, voltages },
    { ways: oneWay ? 2 : 1, voltages },
    { ways: oneWay ? 1 : 2, voltages: 1 },
    { ways: oneWay ? 2 : 1, voltages: 1 },
  ].find((way) => signals.length * way.ways * way.voltages === count);
  return Array.from({ length: count }, (_, i): CreatecPlane => {
    if (told === undefined) return i === 0 ? { signal: 0, backward: false, voltage: 0 } : unknown;
    const inWay = i % (count / told.ways);
    return {
      signal: signals[inWay % signals.length],
      backward: i >= count / told.ways,
      voltage: Math.floor(inWay / signals.length),
    };
  });
}

const unknown: CreatecPlane = { backward: false, voltage: 0 };
