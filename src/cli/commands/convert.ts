import type { Command } from "commander";
import { checkOneOf, mainChannel, type Channel, type Scan } from "../../core";
import {
  passedOverKey,
  pickChannel,
  readScans,
  writeGsf,
  writeGwy,
  writeNpy,
  writeScanPng,
} from "../../formats";
import { channelWord } from "../forEachScan";
import { newFiles, type NewFiles } from "../newFiles";
import { findScanFiles, forEachFile, type FileWork, type ScanFile } from "../scanFiles";
import {
  addPreparingOptions,
  channelHelp,
  fileName,
  leveller,
  readingOptions,
  scanStem,
  type PreparingOptions,
} from "../scanOptions";

const targets = ["gwy", "gsf", "npy", "png"] as const;
type Target = (typeof targets)[number];

/** How the command was called. */
interface ConvertOptions extends PreparingOptions {
  readonly channel?: readonly string[];
  readonly to: string;
  readonly out: string;
  readonly overwrite?: boolean;
}

/** Adds `convert FILE... --to FORMAT`. */
export function convert(program: Command): void {
  const command = program
    .command("convert")
    .description("write scans as Gwyddion files, numpy arrays or 16-bit pictures with their scale")
    .argument("<files...>", "files, or folders of files")
    .requiredOption("--to <format>", targets.join(", "))
    .option("--out <folder>", "folder for the new files", ".")
    .option("--channel <channel...>", channelHelp)
    .option("--overwrite", "write over files that are there already");
  addPreparingOptions(command, { level: "none", align: "none" }).action(run);
}

async function run(inputs: string[], options: ConvertOptions): Promise<void> {
  const to = checkOneOf("format", options.to, targets);
  const prepare = preparer(options);
  const files = findScanFiles(inputs);
  const made = newFiles({
    folder: options.out,
    overwrite: options.overwrite === true,
    inputs: files.map(({ path }) => path),
  });
  const words: string[] = [];
  await forEachFile("convert", files, async (file, on) => {
    const scans = await readScans(file.path, readingOptions(options));
    const passed = scans[0].metadata[passedOverKey] as string | undefined;
    if (passed !== undefined) words.push(`${file.path}: passed over ${passed}`);
    for (const [i, scan] of scans.entries()) {
      await on.pause();
      const stem = scanStem(file.stem, i, scans.length);
      await write({ file, stem }, prepare(scan), to, options, made, on);
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

/** Writes a scan in another format: a GWY file holds all channels, the others one each. */
async function write(
  { stem }: { readonly file: ScanFile; readonly stem: string },
  scan: Scan,
  to: Target,
  { channel }: ConvertOptions,
  made: NewFiles,
  on: FileWork,
): Promise<void> {
  if (to === "gwy") {
    made.write(`${stem}.gwy`, writeGwy(scan));
    return;
  }
  // Without a choice the heights stand for the scan.
  const chosen = channel === undefined ? [mainChannel(scan)] : scan.channels;
  for (const one of chosen) {
    await on.pause();
    const part = chosen.length === 1 ? "" : `-${fileName(`${one.name}-${one.direction}`)}`;
    made.write(`${stem}${part}.${to}`, await writeChannel(scan, one, to));
  }
}

async function writeChannel(
  scan: Scan,
  channel: Channel,
  to: Exclude<Target, "gwy">,
): Promise<Uint8Array> {
  const one = { ...scan, channels: [channel] };
  if (to === "gsf") return writeGsf(one);
  if (to === "png") return writeScanPng(one);
  return writeNpy({ shape: [scan.height, scan.width], data: channel.data });
}
