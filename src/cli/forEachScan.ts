import { isHeight, mainChannel, type Channel, type Scan } from "../core";
import { passedOverKey, pickChannel, readScans, type ReadScanOptions } from "../formats";
import { checkOutputs } from "./newFiles";
import { findScanFiles, forEachFile, type FileWork, type ScanFile } from "./scanFiles";
import { scanStem } from "./scanOptions";

/** One scan that a command works on. */
export interface ScanTask {
  readonly file: ScanFile;
  /** As it was read. */
  readonly scan: Scan;
  /** The channel that was asked for; heights where none was. */
  readonly channel: Channel;
  /** Where its results go: the file's stem, and of several scans in one file also a number. */
  readonly stem: string;
  /** Whether there are more scans than this one. */
  readonly several: boolean;
}

/** What a command was told of the scans it takes. */
export interface ScanChoice {
  /** A word of the command line. */
  readonly channel?: string;
  readonly reading: ReadScanOptions;
  /** Files that the command writes, which must be none that it reads. */
  readonly outputs?: readonly string[];
}

/**
 * Does the same with each scan of each file. Where no channel is asked for it is heights; what has none, as the current of a
 * session that keeps it in files of its own, comes only where there are no heights at all, and is told otherwise.
 * @throws InputError if there is one file and it cannot be read
 */
export async function forEachScan(
  task: string,
  inputs: readonly string[],
  choice: ScanChoice,
  work: (task: ScanTask, on: FileWork) => void | Promise<void>,
): Promise<void> {
  const files = findScanFiles(inputs);
  checkOutputs(
    choice.outputs ?? [],
    files.map(({ path }) => path),
  );
  const words: string[] = [];
  const waiting = new Map<ScanFile, { i: number; name: string }[]>();
  let heights = 0;
  await forEachFile(task, files, async (file, on) => {
    const scans = await readScans(file.path, choice.reading);
    const passed = scans[0].metadata[passedOverKey] as string | undefined;
    if (passed !== undefined) words.push(`${file.path}: passed over ${passed}`);
    for (const [i, scan] of scans.entries()) {
      await on.pause();
      const channel = chosen(scan, choice.channel);
      if (choice.channel === undefined && !isHeight(channel)) {
        waiting.set(file, [...(waiting.get(file) ?? []), { i, name: scan.name }]);
        continue;
      }
      heights++;
      const several = files.length * scans.length > 1;
      await work(taskOf(file, scan, channel, i, scans.length, several), on);
    }
  });
  if (heights === 0 && waiting.size > 0) await withoutHeights(task, waiting, choice, work);
  else
    for (const [file, scans] of waiting)
      words.push(
        `${file.path}: passed over, no heights in ${scans.map(({ name }) => `"${name}"`).join(", ")}`,
      );
  for (const word of words) console.error(word);
}

async function withoutHeights(
  task: string,
  waiting: ReadonlyMap<ScanFile, readonly { readonly i: number }[]>,
  { reading }: ScanChoice,
  work: (task: ScanTask, on: FileWork) => void | Promise<void>,
): Promise<void> {
  await forEachFile(task, [...waiting.keys()], async (file, on) => {
    const scans = await readScans(file.path, reading);
    for (const { i } of waiting.get(file) ?? []) {
      await on.pause();
      const several = waiting.size * scans.length > 1;
      await work(taskOf(file, scans[i], mainChannel(scans[i]), i, scans.length, several), on);
    }
  });
}

function taskOf(
  file: ScanFile,
  scan: Scan,
  channel: Channel,
  i: number,
  count: number,
  several: boolean,
): ScanTask {
  return { file, scan, channel, stem: scanStem(file.stem, i, count), several };
}

/** The channel that a word of the command line names. @throws InputError that lists the channels if there is none */
function chosen(scan: Scan, word: string | undefined): Channel {
  return pickChannel(scan, word === undefined ? undefined : channelWord(scan, word));
}

/** A word of the command line as a channel: a number, unless a channel is called so. */
export function channelWord(scan: Scan, word: string): string | number {
  const named = scan.channels.some(({ name }) => name === word);
  return /^\d+$/.test(word) && !named ? Number(word) : word;
}

/** The scan with a channel alone, or with its other direction; of several of one name, the same one. */
export function narrowed(scan: Scan, channel: Channel, withMate = false): Scan {
  if (!withMate) return { ...scan, channels: [channel] };
  const alike = (direction: Channel["direction"]): Channel[] =>
    scan.channels.filter((other) => other.name === channel.name && other.direction === direction);
  const nth = alike(channel.direction).indexOf(channel);
  const mate = alike(channel.direction === "forward" ? "backward" : "forward").at(nth);
  return { ...scan, channels: mate === undefined ? [channel] : [channel, mate] };
}
