import { checkInteger, checkNumber, checkOneOf, option, type Bounds, type Option } from "../core";
import type { Range } from "./augmentation";
import { symmetries, type StmSurface } from "./stm/symmetries";

/*
 * Kinds of options that only augmentations have. What can be written in two ways, such as 2 and [2, 2], is told in one.
 */

/** Of an augmentation without options. */
export type NoOptions = Readonly<Record<string, never>>;

/** Edge of a square in pixels, or height and width. */
export type Size = number | readonly [height: number, width: number];

/** Two channels, counted from 0. */
export type ChannelPair = readonly [trace: number, retrace: number];

/** Lowest and highest value of what is drawn, or one number for both. */
export function range(options: Bounds & { readonly default: Range }): Option<Range> {
  return option.plainOption(options, (name, value): Range => {
    const ends = twoOf(value)?.map((end) => checkNumber(name, end as number, options));
    if (ends === undefined || ends[0] > ends[1])
      throw option.wrongOption(name, value, "a number, or [low, high] with the smaller first");
    return [ends[0], ends[1]];
  });
}

/** Height and width in pixels, or one number for both; those of the images where none is given. */
export function size(): Option<Size, readonly [number, number] | undefined> {
  return option.plainOption({}, (name, value): readonly [number, number] => {
    const edges = twoOf(value)?.map((edge) => checkInteger(name, edge as number, { min: 1 }));
    if (edges === undefined)
      throw option.wrongOption(name, value, "a whole number, or [height, width]");
    return [edges[0], edges[1]];
  });
}

/** A number, or the mean of each image. */
export function fill(options: { readonly default: number }): Option<number | "mean"> {
  return option.plainOption<number | "mean", { readonly default: number | "mean" }>(
    options,
    (name, value) => {
      if (value === "mean") return value;
      if (typeof value === "number") return checkNumber(name, value);
      throw option.wrongOption(name, value, 'a number, or "mean"');
    },
  );
}

/** Channels counted from 0; told in rising order, each once. */
export function channels(options: {
  readonly default: readonly number[];
}): Option<readonly number[]> {
  return option.plainOption(options, (name, value): readonly number[] => {
    const all = listOf(value)?.map((one) => checkInteger(name, one as number, { min: 0 }));
    if (all === undefined) throw option.wrongOption(name, value, "a list such as [1]");
    return [...new Set(all)].sort((a, b) => a - b);
  });
}

/** Pairs of channels. */
export function channelPairs(options: {
  readonly default: readonly ChannelPair[];
}): Option<readonly ChannelPair[]> {
  return option.plainOption(options, (name, value): readonly ChannelPair[] => {
    const wrong = option.wrongOption(name, value, "a list of pairs such as [[0, 1]]");
    const all = listOf(value);
    if (all === undefined) throw wrong;
    return all.map((pair): ChannelPair => {
      const two = listOf(pair)?.map((one) => checkInteger(name, one as number, { min: 0 }));
      if (two?.length !== 2) throw wrong;
      return [two[0], two[1]];
    });
  });
}

/** Some of the valid names; told in the order of these, each once. */
export function names<T extends string>(
  valid: readonly T[],
  options: { readonly default: readonly T[] },
): Option<readonly T[]> {
  return option.plainOption(options, (name, value): readonly T[] => {
    const all = listOf(value)?.map((one) => checkOneOf(name, String(one), valid));
    if (all === undefined) throw option.wrongOption(name, value, `a list such as ["${valid[0]}"]`);
    return valid.filter((one) => all.includes(one));
  });
}

/** A surface whose symmetry is known. */
export function surface(): Option<StmSurface> {
  return option.choice(Object.keys(symmetries) as StmSurface[], { default: "Si(001)-2x1" });
}

/** A list of two, or one number twice. */
function twoOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value === "number") return [value, value];
  const all = listOf(value);
  return all?.length === 2 ? all : undefined;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}
