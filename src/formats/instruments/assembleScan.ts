import * as path from "node:path";
import type { Channel, Scan } from "../../core";
import { damaged } from "../damaged";
import { placeKeys } from "./scanPlace";
import { whenAsked } from "./whenAsked";

const withCompletedRows = whenAsked<"completedRows", number>("completedRows");

/** What a reader knows of an image; the rest has defaults. */
export interface ScanParts {
  /** What messages call the file. */
  readonly file: string;
  /** For example "Nanonis SXM". */
  readonly format: string;
  readonly channels: readonly Channel[];
  /** Channels whose gaps tell what was not measured. @default all */
  readonly measured?: readonly Channel[];
  /** Where it is known; otherwise the gaps are counted. */
  readonly completedRows?: number;
  /** A quick look at whether no value is missing, before gaps are counted. */
  readonly isWhole?: () => boolean;
  /** Whether the rows are counted only when their number is asked for. */
  readonly lazy?: boolean;
  readonly width: number;
  readonly height: number;
  readonly sizeMetres: readonly [x: number, y: number];
  /** Set apart from the file's name where a file holds several images. */
  readonly title?: string;
  readonly scanDirection?: Scan["scanDirection"];
  readonly lineSeconds?: number;
  readonly biasVolts?: number;
  /** Where the middle of the frame lies on the surface. */
  readonly offsetMetres?: readonly [x: number, y: number];
  readonly angleDegrees?: number;
  /** Header values as they stand in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly history?: readonly string[];
}

/** Puts a scan together, and counts the rows that were really measured. @throws InputError if the frame has no size */
export function assembleScan(parts: ScanParts): Scan {
  const { file, channels, width, height, sizeMetres, lineSeconds, biasVolts } = parts;
  if (!sizeMetres.every((size) => Number.isFinite(size) && size > 0)) {
    throw damaged(file, `its frame is said to be ${sizeMetres.join(" x ")} m`);
  }
  const base = path.basename(file);
  const completedRows = (): number =>
    parts.completedRows ??
    (parts.isWhole?.() === true
      ? height
      : countCompletedRows(parts.measured ?? channels, width, height));
  const scan = {
    name: parts.title === undefined ? base : `${base}: ${parts.title}`,
    channels,
    width,
    height,
    sizeMetres,
    scanDirection: parts.scanDirection ?? "unknown",
    ...(isFinite(lineSeconds) && lineSeconds > 0 ? { lineSeconds } : {}),
    ...(isFinite(biasVolts) ? { biasVolts } : {}),
    metadata: { ...parts.metadata, ...ownEntries(parts) },
    history: parts.history ?? [],
  } as const;
  return parts.lazy === true
    ? withCompletedRows(scan, completedRows)
    : { ...scan, completedRows: completedRows() };
}

function isFinite(value: number | undefined): value is number {
  return Number.isFinite(value);
}

/** What a scan has no field of its own for, under names that are the same for all formats. */
function ownEntries({ format, offsetMetres, angleDegrees }: ScanParts): Record<string, string> {
  const placed = offsetMetres?.every((value) => Number.isFinite(value)) === true;
  return {
    "fewscope.format": format,
    ...(placed ? { [placeKeys.offset]: offsetMetres.join(" ") } : {}),
    ...(isFinite(angleDegrees) ? { [placeKeys.angle]: String(angleDegrees) } : {}),
  };
}

/** Rows without a gap, in the channel that has most of them: one channel may be empty for reasons of its own. */
function countCompletedRows(channels: readonly Channel[], width: number, height: number): number {
  let most = 0;
  for (const { data } of channels) {
    let whole = 0;
    for (let row = 0; row < height; row++) {
      let at = row * width;
      const end = at + width;
      while (at < end && !Number.isNaN(data[at])) at++;
      if (at === end) whole++;
    }
    most = Math.max(most, whole);
    if (most === height) break;
  }
  return most;
}
