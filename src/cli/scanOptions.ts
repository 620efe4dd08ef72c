import { InvalidArgumentError, type Command } from "commander";
import { defined, checkOneOf, type Scan } from "../core";
import type { ReadScanOptions } from "../formats";
import { alignMethods, alignRows, level, levelMethods } from "../scans";

/** What every command for scans can be told of how to read them. */
export interface ReadingOptions {
  readonly nmPerPixel?: number;
  readonly unit?: string;
}

/** What is done to a scan before it is used. */
export interface PreparingOptions extends ReadingOptions {
  readonly level: string;
  readonly align: string;
}

/** Adds the options for files that do not say all about themselves. */
export function addReadingOptions(command: Command): Command {
  return command
    .option(
      "--nm-per-pixel <nm>",
      "size of a pixel, for files that do not give it; others keep theirs",
      positive,
    )
    .option("--unit <unit>", 'unit of the values, for files that give none, for example "nm"');
}

/** Adds levelling and aligning rows. */
export function addPreparingOptions(
  command: Command,
  defaults: { readonly level: string; readonly align: string },
): Command {
  return addReadingOptions(command)
    .option("--level <method>", `none, ${levelMethods.join(", ")}`, defaults.level)
    .option("--align <method>", `rows by: none, ${alignMethods.join(", ")}`, defaults.align);
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
    ...defined({ nmPerPixel, unit }),
  };
}

/**
 * Levels a channel, or with "" the heights that come first, and aligns its rows. Mistakes in the options are told before
 * anything is read.
 * @throws InputError if a method is unknown
 */
export function leveller({
  level: by,
  align,
}: PreparingOptions): (scan: Scan, channel: string) => Scan {
  // "median-of-differences" needs no quotes.
  const spaced = (text: string): string => text.replaceAll("-", " ");
  const levelling = checkOneOf("level method", spaced(by), ["none", ...levelMethods]);
  const aligning = checkOneOf("align method", spaced(align), ["none", ...alignMethods]);
  return (scan, channel) => {
    const flat = levelling === "none" ? scan : level(scan, { method: levelling, channel });
    return aligning === "none" ? flat : alignRows(flat, { method: aligning, channel });
  };
}

/** What `--channel` takes. */
export const channelHelp = 'number from 0, name, or name and direction: "Z backward"';
/** What is taken without it, where one channel is needed. */
export const heightsFirst = "; without it heights";

/** The stem of a scan's results: that of the file, and of several scans in one file also its number. */
export function scanStem(stem: string, index: number, count: number): string {
  return count === 1 ? stem : `${stem}-${index + 1}`;
}

/** Text that a file can be called. */
export function fileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._()+-]+/gu, "-");
}
