import * as path from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { checkOneOf, type Channel, type Scan } from "../core";
import { pickChannel, readScans, type ReadScanOptions } from "../formats";
import { alignRows, level, levelMethods, rowMethods } from "../scans";

/** What every command for scans can be told of how to read them. */
export interface ReadingOptions {
  readonly nmPerPixel?: number;
  readonly unit?: string;
}

/** What is done to a scan before it is used. */
export interface PreparingOptions extends ReadingOptions {
  readonly channel?: readonly string[];
  readonly level: string;
  readonly align: string;
}

/** Adds the options for files that do not say all about themselves. */
export function addReadingOptions(command: Command): Command {
  return command
    .option("--nm-per-pixel <nm>", "size of a pixel, for files that do not give it", positive)
    .option("--unit <unit>", 'unit of the values, for files that give none, for example "nm"');
}

/** Adds choosing channels, levelling and aligning rows. */
export function addPreparingOptions(
  command: Command,
  defaults: { readonly level: string; readonly align: string },
): Command {
  return addReadingOptions(command)
    .option("--channel <channel...>", 'number from 0, name, or name and direction: "Z backward"')
    .option("--level <method>", `none, ${levelMethods.join(", ")}`, defaults.level)
    .option("--align <method>", `rows by: none, ${rowMethods.join(", ")}`, defaults.align);
}

/** A number of the command line. */
export function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError("It is no number.");
  return value;
}

/** A number of the command line, above 0. */
export function positive(text: string): number {
  const value = finite(text);
  if (value <= 0) throw new InvalidArgumentError("It must be above 0.");
  return value;
}

/** What `readScans` needs to know. */
export function readingOptions({ nmPerPixel, unit }: ReadingOptions): ReadScanOptions {
  return {
    ...(nmPerPixel === undefined ? {} : { nmPerPixel }),
    ...(unit === undefined ? {} : { unit }),
  };
}

/**
 * Reads the scans of a file, with the chosen channels, levelled and aligned. Mistakes in the options are told before
 * anything is read.
 * @throws InputError if a method is unknown; the function it gives, if the file cannot be read
 */
export function preparer(options: PreparingOptions): (file: string) => Promise<Scan[]> {
  const levelling = checkOneOf("level method", spaced(options.level), ["none", ...levelMethods]);
  const aligning = checkOneOf("align method", spaced(options.align), ["none", ...rowMethods]);
  const prepare = (scan: Scan): Scan => {
    const channels = chosen(scan, options.channel);
    // Without a choice, levelling is for the heights that come first, and currents stay as they are.
    const steps =
      options.channel === undefined ? [""] : [...new Set(channels.map(({ name }) => name))];
    let result: Scan = { ...scan, channels };
    for (const channel of steps) {
      if (levelling !== "none") result = level(result, { method: levelling, channel });
      if (aligning !== "none") result = alignRows(result, { method: aligning, channel });
    }
    return result;
  };
  return async (file) => (await readScans(file, readingOptions(options))).map(prepare);
}

/** "median-of-differences" needs no quotes. */
const spaced = (text: string): string => text.replaceAll("-", " ");

function chosen(scan: Scan, choices: readonly string[] | undefined): readonly Channel[] {
  if (choices === undefined) return scan.channels;
  return choices.map((choice) => pickChannel(scan, /^\d+$/.test(choice) ? Number(choice) : choice));
}

/** The stem of a scan's results: that of the file, and of several scans in one file also its number. */
export function scanStem(stem: string, index: number, count: number): string {
  return count === 1 ? stem : `${stem}-${index + 1}`;
}

/** Text that a file can be called. */
export function fileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._()+-]+/gu, "-");
}

/** Whether two paths are one file. */
export function sameFile(a: string, b: string): boolean {
  return path.resolve(a) === path.resolve(b);
}
