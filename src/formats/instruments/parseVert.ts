import { damaged } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import type { CurveColumn, Curves } from "./curveTypes";
import { headerTable, type HeaderTable } from "./headerTable";
import { textLines } from "./textLines";

/** First words of a file. */
export const vertMagic = "[ParVERT";

/** What the bits of the file's own code stand for, where it is known. */
const signals: Readonly<Record<number, string>> = {
  0: "Current",
  1: "dI/dV",
  2: "d2I/dV2",
  3: "ADC0",
  4: "ADC1",
  5: "ADC2",
  6: "ADC3",
  10: "dI/dV quadrature",
  11: "d2I/dV2 quadrature",
  12: "DAC0",
};

/** Most header lines and columns that such a file has. */
const mostColumns = 64;

/**
 * Reads a spectrum of Createc (.VERT, versions 3.0 and 3.2): voltage in V, height in m, currents in A, the output of the
 * lock-in in V, and what else there is in units of the converter. Sweeps back and forth follow each other as parts. BETA:
 * no file of a real instrument was at hand; values were checked beside another reader on files made by hand.
 * @throws InputError if there are no values, or a value is no number
 */
export function parseVert(bytes: Uint8Array, file: string, name: string): Curves {
  const header = headerTable(file);
  const rows: number[][] = [];
  let facts: number[] = [];
  let [inData, seen] = [false, 0];
  for (const raw of textLines(bytes)) {
    const line = raw.replaceAll("\0", "").trim();
    const cells = line.split(/[\t ;]+/);
    if (!inData) {
      const at = line.indexOf("=");
      if (at > 0) for (const key of keysOf(line.slice(0, at))) header.add(key, line.slice(at + 1));
      // The values begin after a line of bare numbers: how many, where, a code, and in later versions three more.
      else if (cells.length > 2 && cells.every((cell) => !Number.isNaN(toNumber(cell)))) {
        facts = cells.map(toNumber);
        inData = true;
      }
      continue;
    }
    if (line === "") continue;
    rows.push(readRow(cells, ++seen, file));
  }
  if (rows.length === 0) throw damaged(file, "no values follow its header");
  const width = rows[0].length;
  if (width < 3 || width > mostColumns || rows.some((row) => row.length !== width)) {
    throw damaged(file, `its rows hold ${width} values, or others`);
  }
  const position = ["X", "Y"].map((axis, i) => place(header, axis, facts[i + 1] ?? NaN));
  const repeats = Math.max(0, Math.floor(parseDecimal(header.get("VertSpecBack")) || 0)) + 1;
  return {
    name,
    columns: columnsOf(rows, facts, header),
    positionMetres: [position[0], position[1], NaN],
    segments: rows.length % repeats === 0 ? partsOf(rows.length, repeats) : [0],
    metadata: { ...header.toRecord(), "fewscope.format": "Createc VERT (beta)" },
  };
}

const keysOf = (text: string): Set<string> =>
  new Set(
    text
      .split(" / ")
      .map((key) => key.trim())
      .filter((key) => key !== ""),
  );

const toNumber = (cell: string): number => (cell === "" ? NaN : Number(cell.replace(",", ".")));

function readRow(cells: readonly string[], row: number, file: string): number[] {
  return cells.map((cell) => {
    const value = toNumber(cell);
    if (Number.isNaN(value) && !/^nan$/i.test(cell))
      throw damaged(file, `row ${row} of its data holds "${cell.slice(0, 40)}" for a number`);
    return Number.isFinite(value) ? value : NaN;
  });
}

function partsOf(rows: number, parts: number): number[] {
  return Array.from({ length: Math.min(parts, rows) }, (_, i) => (i * rows) / parts);
}

/** Units of the converter in V. */
function voltsPerUnit(header: HeaderTable): number {
  return 20 / 2 ** (parseDecimal(header.get("DAC-Type")) || 20);
}

/** Where the spectrum was taken, from units of the converter. */
function place(header: HeaderTable, axis: string, units: number): number {
  const constant = parseDecimal(header.get(`${axis}piezoconst`) ?? header.get(`${axis}Piezoconst`));
  const gain = parseDecimal(header.get(`Gain${axis}`)) || 10;
  return units * voltsPerUnit(header) * constant * gain * 1e-10;
}

/** Number of the reading, voltage in mV, height in mV of the piezo, then what the code's bits say. */
function columnsOf(
  rows: readonly (readonly number[])[],
  facts: readonly number[],
  header: HeaderTable,
): CurveColumn[] {
  const [, , , code = 0, , , axes = 2] = facts;
  const bits = Array.from({ length: 31 }, (_, bit) => bit).filter((bit) => (code >> bit) & 1);
  const extra = rows[0].length - 3;
  // Later versions may have a third axis before what was measured.
  const axis = axes === 3 && bits.length === extra - 1 ? 1 : 0;
  const piezo = parseDecimal(header.get("ZPiezoconst")) || NaN;
  const gain = parseDecimal(header.get("Gainpreamp") ?? header.get("Vertmangain")) || 9;
  const volts = voltsPerUnit(header);
  const column = (at: number, title: string, unit: string, factor: number): CurveColumn => ({
    name: title,
    unit,
    direction: "forward",
    filtered: false,
    data: Float64Array.from(rows, (row) => row[at] * factor),
  });
  const told = (i: number): string | undefined =>
    bits.length === extra - axis ? signals[bits[i - axis]] : undefined;
  return [
    column(1, "Bias", "V", 1e-3),
    column(2, "Z", "m", (piezo / 1000) * 1e-10),
    ...Array.from({ length: extra }, (_, i) => {
      const signal = told(i);
      if (signal === undefined) return column(i + 3, i < axis ? "X" : `column ${i + 4}`, "", 1);
      return signal === "Current"
        ? column(i + 3, signal, "A", volts / 10 ** gain)
        : column(i + 3, signal, "V", volts);
    }),
  ];
}
