import * as path from "node:path";
import type { Command } from "commander";
import { checkOneOf, InputError, writeFileAtomically, type Channel, type Scan } from "../../core";
import { readScans, writeGsf, writeGwy, writeNpy, writeScanPng } from "../../formats";
import { findScanFiles, forEachFile, type ScanFile } from "../scanFiles";
import {
  addPreparingOptions,
  channelHelp,
  fileName,
  leveller,
  readingOptions,
  sameFile,
  scanStem,
  wordedChannel,
  type PreparingOptions,
} from "../scanOptions";

const targets = ["gwy", "gsf", "npy", "png"] as const;

/** How the command was called. */
interface ConvertOptions extends PreparingOptions {
  readonly channel?: readonly string[];
  readonly to: string;
  readonly out: string;
}

/** Adds `convert FILE... --to FORMAT`. */
export function convert(program: Command): void {
  const command = program
    .command("convert")
    .description("write scans as Gwyddion files, numpy arrays or 16-bit pictures with their scale")
    .argument("<files...>", "files, or folders of files")
    .requiredOption("--to <format>", targets.join(", "))
    .option("--out <folder>", "folder for the new files", ".")
    .option("--channel <channel...>", channelHelp);
  addPreparingOptions(command, { level: "none", align: "none" }).action(
    async (inputs: string[], options: ConvertOptions) => {
      const to = checkOneOf("format", options.to, targets);
      const prepare = preparer(options);
      let written = 0;
      await forEachFile("convert", findScanFiles(inputs), async (file) => {
        const scans = (await readScans(file.path, readingOptions(options))).map(prepare);
        for (const { name, bytes } of await converted(file, scans, to, options)) {
          const target = path.join(options.out, name);
          if (sameFile(target, file.path)) throw overwritten(file.path);
          writeFileAtomically(target, bytes);
          written++;
        }
      });
      console.log(`${written} ${written === 1 ? "file" : "files"} written to ${options.out}`);
    },
  );
}

/** Keeps the chosen channels, levelled and aligned; without a choice all, and levels the heights that come first. */
function preparer(options: ConvertOptions): (scan: Scan) => Scan {
  const flatten = leveller(options);
  const { channel: words } = options;
  return (scan) => {
    if (words === undefined) return flatten(scan, "");
    const channels = words.map((word) => wordedChannel(scan, word));
    const names = [...new Set(channels.map(({ name }) => name))];
    return names.reduce(flatten, { ...scan, channels });
  };
}

function overwritten(file: string): InputError {
  return new InputError({
    got: `"${file}", which its copy would overwrite`,
    expected: "another folder for the copies",
    todo: "Give one with --out.",
  });
}

interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All scans of a file in another format: a GWY file holds all channels, the others one each. */
async function converted(
  { stem }: ScanFile,
  scans: readonly Scan[],
  to: (typeof targets)[number],
  { channel }: ConvertOptions,
): Promise<NewFile[]> {
  const files: NewFile[] = [];
  for (const [i, scan] of scans.entries()) {
    const base = scanStem(stem, i, scans.length);
    if (to === "gwy") {
      files.push({ name: `${base}.gwy`, bytes: writeGwy(scan) });
      continue;
    }
    // Without a choice the first channel stands for the scan.
    const chosen = channel === undefined ? scan.channels.slice(0, 1) : scan.channels;
    for (const one of chosen) {
      const part = chosen.length === 1 ? "" : `-${fileName(`${one.name}-${one.direction}`)}`;
      files.push({ name: `${base}${part}.${to}`, bytes: await writeChannel(scan, one, to) });
    }
  }
  return files;
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
