import type { Command } from "commander";
import { checkOneOf, InputError, mainChannel, type Channel, type Scan } from "../../core";
import {
  gridMap,
  passedOverKey,
  pickChannel,
  writeCurvesCsv,
  writeGsf,
  writeGwy,
  writeGwyGrid,
  writeNexus,
  writeNexusGrid,
  writeNpy,
  writeScanPng,
  type CurveGrid,
  type Curves,
} from "../../formats";
import { examples } from "../examples";
import { channelWord } from "../forEachScan";
import { newFiles, type NewFiles } from "../newFiles";
import { gridChannel, readMeasurement, type Measurement } from "../readMeasurement";
import { findScanFiles, forEachFile, type FileWork } from "../scanFiles";
import {
  addPreparingOptions,
  channelHelp,
  fileName,
  finite,
  leveller,
  readingOptions,
  scanStem,
  type PreparingOptions,
} from "../scanOptions";

const targets = ["gwy", "gsf", "npy", "png", "nxs", "csv"] as const;
type Target = (typeof targets)[number];

/** What each format can hold. */
const takes: Readonly<Record<Target, readonly Measurement["kind"][]>> = {
  gwy: ["scans", "grid"],
  gsf: ["scans"],
  npy: ["scans", "curves", "grid"],
  png: ["scans"],
  nxs: ["scans", "grid"],
  csv: ["curves"],
};
const nouns = { scans: "images", curves: "curves", grid: "curves on a grid" } as const;

/** How the command was called. */
interface ConvertOptions extends PreparingOptions {
  readonly channel?: readonly string[];
  readonly to: string;
  readonly at?: number;
  readonly out: string;
  readonly overwrite?: boolean;
}

/** Adds `convert FILE... --to FORMAT`. */
export function convert(program: Command): void {
  const command = program
    .command("convert")
    .description(
      "write scans as Gwyddion or NeXus files, numpy arrays or 16-bit pictures with their scale; curves on a grid as volumes, or as maps; curves as tables",
    )
    .addHelpText(
      "after",
      examples(
        "convert scan.sxm --to gwy",
        "convert scans --to png --level facets --align median --out levelled",
        "convert grid.3ds --to gwy --at 0.5 --out maps",
      ),
    )
    .argument("<files...>", "files, or folders of files")
    .requiredOption("--to <format>", `${targets.join(", ")}; csv is for curves`)
    .option("--out <folder>", "folder for the new files", ".")
    .option("--channel <channel...>", channelHelp)
    .option("--at <value>", "of curves on a grid, a map at this value of what was swept", finite)
    .option("--overwrite", "write over files that are there already");
  addPreparingOptions(command, { level: "none", align: "none" }).action(run);
}

async function run(inputs: string[], options: ConvertOptions): Promise<void> {
  const to = checkOneOf("format", options.to, targets);
  const prepare = preparer(options);
  const files = findScanFiles(inputs, "scans and curves");
  const made = newFiles({
    folder: options.out,
    overwrite: options.overwrite === true,
    inputs: files.map(({ path }) => path),
  });
  const words: string[] = [];
  await forEachFile("convert", files, async (file, on) => {
    const { at } = options;
    const found = await readMeasurement(file.path, readingOptions(options), at !== undefined);
    const kind = found.kind === "grid" && at !== undefined ? "scans" : found.kind;
    if (files.length > 1 && !takes[to].includes(kind)) {
      words.push(`${file.path}: passed over, ${nouns[kind]} cannot become ${to}`);
      return;
    }
    if (found.kind === "curves") return writeCurves(found.curves, file.stem, to, made);
    if (found.kind === "grid" && at === undefined)
      return writeGrid(found.grid, file.stem, to, options, made);
    const scans = found.kind === "grid" ? [gridMap(found.grid, at ?? NaN)] : found.scans;
    const main = found.kind === "grid" ? gridChannel(found.grid) : undefined;
    const passed = scans[0].metadata[passedOverKey] as string | undefined;
    if (passed !== undefined) words.push(`${file.path}: passed over ${passed}`);
    for (const [i, scan] of scans.entries()) {
      await on.pause();
      const stem = scanStem(file.stem, i, scans.length);
      await writeScan(prepare(scan), { stem, to, main }, options, made, on);
    }
  });
  for (const word of words) console.error(word);
  console.log(`${made.count} ${made.count === 1 ? "file" : "files"} written to ${options.out}`);
}

/** Keeps the chosen channels, levelled and aligned; without a choice all, and levels the heights. */
function preparer(options: ConvertOptions): (scan: Scan) => Scan {
  const flatten = leveller(options);
  const { channel: words } = options;
  return (scan) => {
    if (words === undefined) return flatten(scan, "");
    const channels = words.map((word) => pickChannel(scan, channelWord(scan, word)));
    const names = [...new Set(channels.map(({ name }) => name))];
    return names.reduce(flatten, { ...scan, channels });
  };
}

/** Writes a scan in another format: GWY and NeXus files hold all channels, the others one each. */
async function writeScan(
  scan: Scan,
  { stem, to, main }: { stem: string; to: Target; main: number | undefined },
  { channel }: ConvertOptions,
  made: NewFiles,
  on: FileWork,
): Promise<void> {
  if (to === "csv") throw wrongTarget(scan.name, "an image", "gwy, gsf, npy, png or nxs");
  if (to === "gwy" || to === "nxs") {
    made.write(`${stem}.${to}`, to === "gwy" ? writeGwy(scan) : await writeNexus(scan));
    return;
  }
  // Without a choice the heights stand for a scan, and what was measured for a map.
  const standing = main === undefined ? mainChannel(scan) : scan.channels[main];
  const chosen = channel === undefined ? [standing] : scan.channels;
  for (const one of chosen) {
    await on.pause();
    const part = chosen.length === 1 ? "" : `-${fileName(`${one.name}-${one.direction}`)}`;
    made.write(`${stem}${part}.${to}`, await writeChannel(scan, one, to));
  }
}

async function writeChannel(
  scan: Scan,
  channel: Channel,
  to: "gsf" | "npy" | "png",
): Promise<Uint8Array> {
  const one = { ...scan, channels: [channel] };
  if (to === "gsf") return writeGsf(one);
  if (to === "png") return writeScanPng(one);
  return writeNpy({ shape: [scan.height, scan.width], data: channel.data });
}

/** A grid as it is: volumes, NeXus, or an array of [rows, columns, points] for each channel. */
async function writeGrid(
  grid: CurveGrid,
  stem: string,
  to: Target,
  { channel: words }: ConvertOptions,
  made: NewFiles,
): Promise<void> {
  if (to === "gsf" || to === "png" || to === "csv") {
    throw wrongTarget(grid.name, "curves on a grid", "gwy, nxs or npy, or a map with --at");
  }
  const channels = grid.channels.filter(
    ({ name, direction }, i) =>
      words === undefined ||
      words.some((word) => [`${i}`, name, `${name} ${direction}`].includes(word)),
  );
  if (channels.length === 0) {
    throw new InputError({
      got: `channel ${(words ?? []).join(", ")} of "${grid.name}"`,
      expected: `one of ${grid.channels.map(({ name, direction }) => `"${name} ${direction}"`).join(", ")}`,
      todo: "Choose one of these, or its number from 0.",
    });
  }
  if (to !== "npy") {
    const chosen = { ...grid, channels };
    made.write(`${stem}.${to}`, to === "gwy" ? writeGwyGrid(chosen) : await writeNexusGrid(chosen));
    return;
  }
  const shape = [grid.height, grid.width, grid.sweep.values.length];
  for (const { name, direction, data } of channels) {
    const part = channels.length === 1 ? "" : `-${fileName(`${name}-${direction}`)}`;
    made.write(`${stem}${part}.npy`, writeNpy({ shape, data }));
  }
}

/** The curves of one place as a table, or as an array of [columns, points]. */
function writeCurves(curves: Curves, stem: string, to: Target, made: NewFiles): void {
  if (to === "csv") {
    made.write(`${stem}.csv`, writeCurvesCsv(curves));
    return;
  }
  if (to !== "npy") throw wrongTarget(curves.name, "curves", "csv or npy");
  const points = curves.columns[0].data.length;
  const data = new Float64Array(points * curves.columns.length);
  curves.columns.forEach((column, i) => data.set(column.data, i * points));
  made.write(`${stem}.npy`, writeNpy({ shape: [curves.columns.length, points], data }));
}

function wrongTarget(name: string, what: string, expected: string): InputError {
  return new InputError({
    got: `"${name}", which holds ${what}`,
    expected: `--to ${expected}`,
    todo: "Change --to.",
  });
}
