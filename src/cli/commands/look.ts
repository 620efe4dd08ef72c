import * as path from "node:path";
import type { Command } from "commander";
import { defined, mainChannel, type Channel, type Scan } from "../../core";
import { exportFigure, scan as scanFigure } from "../../figures";
import {
  gridMap,
  passedOverKey,
  scanOffset,
  type CurveColumn,
  type CurveGrid,
  type Curves,
  type GridChannel,
} from "../../formats";
import { examples } from "../examples";
import { gridChannel, readMeasurement } from "../readMeasurement";
import { findScanFiles, forEachFile, type FileWork, type ScanFile } from "../scanFiles";
import {
  addReadingOptions,
  finite,
  readingOptions,
  scanStem,
  type ReadingOptions,
} from "../scanOptions";

/** How the command was called. */
interface LookOptions extends ReadingOptions {
  readonly json?: boolean;
  readonly at?: number;
  readonly out: string;
}

/** What there is to say of the values of a channel or column. */
interface ValueFacts {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Values that were not measured. */
  readonly nan: number;
}

/** Adds `look FILE...`: what is in instrument files. */
export function look(program: Command): void {
  const command = program
    .command("look")
    .description("tell what is in instrument files, and draw them")
    .addHelpText("after", examples("look scan.sxm", "look scans --out pictures"))
    .argument("<files...>", "files, or folders of files")
    .option("--json", "print JSON, draw nothing")
    .option(
      "--at <value>",
      "of curves on a grid, draw the map at this value; else in the middle",
      finite,
    )
    .option("--out <folder>", "folder for the pictures", ".");
  addReadingOptions(command).action(async (inputs: string[], options: LookOptions) => {
    const found: object[] = [];
    await forEachFile("look", findScanFiles(inputs, "scans and curves"), async (file, on) => {
      const facts = await factsOf(file, options);
      if (options.json === true) found.push(facts.json);
      else console.log([...facts.lines, ...(await drawn(file, facts, options, on))].join("\n"));
    });
    if (options.json === true) console.log(JSON.stringify(found, undefined, 1));
  });
}

interface Facts {
  readonly json: object;
  readonly lines: readonly string[];
  readonly scans: readonly Scan[];
  /** The channel to draw. @default heights */
  readonly shown?: number;
}

async function factsOf(file: ScanFile, options: LookOptions): Promise<Facts> {
  const found = await readMeasurement(file.path, readingOptions(options), options.at !== undefined);
  if (found.kind === "curves") return curveFacts(file, found.curves);
  if (found.kind === "grid") return gridFacts(file, found.grid, options.at);
  const { scans } = found;
  const [first] = scans;
  const format = first.metadata["fewscope.format"] ?? "";
  const passed = first.metadata[passedOverKey] as string | undefined;
  return {
    scans,
    json: {
      file: file.path,
      format,
      scans: scans.map(scanFacts),
      ...defined({ passedOver: passed }),
    },
    lines: [
      ...scans.flatMap((scan, i) => [
        i === 0 ? `${file.path}: ${format}` : "",
        `  ${headline(scan)}`,
        ...table(scan.channels),
      ]),
      ...(passed === undefined ? [] : [`  passed over: ${passed}`]),
    ],
  };
}

function curveFacts(
  file: ScanFile,
  { columns, positionMetres, segments, metadata }: Curves,
): Facts {
  const points = columns.length === 0 ? 0 : columns[0].data.length;
  const format = metadata["fewscope.format"] ?? "";
  const place = positionMetres.map((value) => (Number.isFinite(value) ? value : null));
  const known = place.some((value) => value !== null);
  return {
    scans: [],
    json: {
      file: file.path,
      format,
      points,
      positionMetres: place,
      ...(segments.length > 1 ? { segments } : {}),
      columns: columns.map((column) => ({ ...described(column), ...valueFacts(column.data) })),
    },
    lines: [
      `${file.path}: ${format}`,
      `  curves of ${points} points${segments.length > 1 ? ` in ${segments.length} parts` : ""}${
        known
          ? `, at ${place.map((value) => (value === null ? "-" : inNanometres(value))).join(", ")} nm`
          : ""
      }`,
      ...table(columns),
    ],
  };
}

const inNanometres = (metres: number): number => Number((metres * 1e9).toPrecision(6));

function gridFacts(file: ScanFile, grid: CurveGrid, at: number | undefined): Facts {
  const { width, height, sweep, channels, maps, sizeMetres, metadata } = grid;
  const { values, name, unit } = sweep;
  const [first, last] = [values[0], values[values.length - 1]];
  const format = metadata["fewscope.format"] ?? "";
  const size = sizeMetres.map((metres) => Number((metres * 1e9).toPrecision(4)));
  const ends = [first, last].map((value) => Number(value.toPrecision(6))).join(" to ");
  return {
    scans: [gridMap(grid, at ?? values[values.length >> 1])],
    shown: gridChannel(grid),
    json: {
      file: file.path,
      format,
      width,
      height,
      sizeNm: sizeMetres.map(nanometres),
      sweep: { name, unit, points: values.length, first, last },
      channels: channels.map((channel) => ({
        ...described(channel),
        ...valueFacts(channel.data),
      })),
      maps: maps.map((map) => ({ ...described(map), ...valueFacts(map.data) })),
    },
    lines: [
      `${file.path}: ${format}`,
      `  curves on a grid of ${width} x ${height} places, ${size.join(" x ")} nm, ${name} ${ends} ${unit} in ${values.length} points`,
      ...table([...channels, ...maps]),
    ],
  };
}

function scanFacts(scan: Scan): object {
  return {
    name: scan.name,
    width: scan.width,
    height: scan.height,
    sizeNm: scan.sizeMetres.map(nanometres),
    completedRows: scan.completedRows,
    scanDirection: scan.scanDirection,
    biasVolts: scan.biasVolts ?? null,
    lineSeconds: scan.lineSeconds ?? null,
    offsetNm: scanOffset(scan)?.map(nanometres) ?? null,
    angleDegrees: degrees(scan),
    channels: scan.channels.map((channel) => ({
      ...described(channel),
      ...valueFacts(channel.data),
    })),
  };
}

function degrees({ metadata }: Scan): number | null {
  const text = metadata["fewscope.angle_deg"] as string | undefined;
  return text === undefined ? null : Number(text);
}

/** Free of the last digits that a change of unit leaves. */
const nanometres = (metres: number): number => Number((metres * 1e9).toPrecision(12));

const described = ({ name, unit, direction }: Channel | CurveColumn | GridChannel): object => ({
  name,
  unit,
  direction,
});

function valueFacts(data: Float64Array): ValueFacts {
  let [min, max, sum, nan] = [Infinity, -Infinity, 0, 0];
  for (const value of data) {
    if (Number.isNaN(value)) {
      nan++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const count = data.length - nan;
  return count === 0
    ? { min: null, max: null, mean: null, nan }
    : { min, max, mean: sum / count, nan };
}

function headline(scan: Scan): string {
  const { width, height, sizeMetres, completedRows, scanDirection, biasVolts, lineSeconds } = scan;
  const size = sizeMetres.map((metres) => Number((metres * 1e9).toPrecision(4)));
  return [
    `${width} x ${height} pixels`,
    `${size.join(" x ")} nm`,
    ...(completedRows < height ? [`${completedRows} rows measured`] : []),
    ...(scanDirection === "unknown" ? [] : [`scanned ${scanDirection}`]),
    ...(biasVolts === undefined ? [] : [`${Number(biasVolts.toPrecision(4))} V`]),
    ...(lineSeconds === undefined ? [] : [`${Number(lineSeconds.toPrecision(3))} s a line`]),
  ].join(", ");
}

function table(channels: readonly (Channel | CurveColumn | GridChannel)[]): string[] {
  const short = (value: number | null): string => (value === null ? "-" : value.toPrecision(6));
  const rows = channels.map((channel) => {
    const { min, max, mean, nan } = valueFacts(channel.data);
    const { name, unit, direction } = channel;
    return [name, direction, unit, short(min), short(max), short(mean), String(nan)];
  });
  const all = [["channel", "direction", "unit", "min", "max", "mean", "NaN"], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) =>
    `    ${row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ")}`.trimEnd(),
  );
}

/** Draws the heights of each scan, or a map, and tells where. */
async function drawn(
  { stem }: ScanFile,
  { scans, shown }: Facts,
  { out }: LookOptions,
  on: FileWork,
): Promise<string[]> {
  const lines: string[] = [];
  for (const [i, scan] of scans.entries()) {
    const base = path.join(out, `${scanStem(stem, i, scans.length)}.look`);
    await on.pause();
    const channel = shown === undefined ? mainChannel(scan) : scan.channels[shown];
    if (!channel.data.some((value) => Number.isFinite(value))) continue;
    const [picture] = await exportFigure(
      scanFigure(scan, { channel: scan.channels.indexOf(channel), title: scan.name }),
      base,
      ["png"],
    );
    lines.push(`  picture: ${picture}`);
  }
  return lines;
}
