import { damaged, unsuitable } from "../damaged";
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
  /** Images in the file, forward and backward together. */
  readonly planes: number;
  /** What they show: bit numbers of the channel selection. */
  readonly signals: readonly number[];
  readonly completedRows: number;
}

/**
 * Reads the text at the head of a Createc file; keys came under two names at times ("Num.X / Num.X"), and both are kept.
 * @throws InputError if the text lacks something, or the tip moved in a sine
 */
export function createcHeader(text: string, file: string): CreatecHeader {
  const table = headerTable(file);
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (at < 1) continue;
    const value = line.slice(at + 1).trim();
    for (const key of new Set(line.slice(0, at).split(" / "))) {
      if (key.trim() !== "") table.add(key.trim(), value);
    }
  }
  const number = (missing: number, ...keys: readonly string[]): number =>
    Number.parseFloat(
      keys.map((key) => table.get(key)).find((value) => value !== undefined) ?? "",
    ) || missing;
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
  const planes = number(2, "Channels");
  if (!Number.isSafeInteger(planes) || planes < 1 || planes > 64) {
    throw damaged(file, `its header says ${planes} channels`);
  }
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
  const selected = number(1, "Channelselectval");
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
    planes,
    signals: Array.from({ length: 31 }, (_, bit) => bit).filter((bit) => (selected >> bit) & 1),
    completedRows: Math.min(height, Math.max(0, number(height + 1, "ImageYPosMax") - 1)),
  };
}
