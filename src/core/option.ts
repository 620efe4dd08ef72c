import { checkInteger, checkNumber, checkOneOf, type Bounds } from "./checks";
import { InputError } from "./inputError";
import type { Json } from "./settings";

/*
 * What an option may be, said once: what it is by default, how a value is checked, how it is told as plain JSON and how it is made of what a plan holds.
 */

/** One option: a value of type `Given`; where none is given, what `fallback` gives. */
export interface Option<Given, Filled = Given> {
  /** The default; undefined for what goes by the images. @throws InputError if it has to be given */
  fallback(name: string): Filled;
  /** Passes a value. @throws InputError that names the option */
  check(name: string, value: unknown): Given;
  /** The value as plain JSON; undefined if it does not know what it is. */
  tell(value: Given): Json | undefined;
  /** What `check` takes, made of plain JSON. @default the JSON itself */
  parse?(name: string, json: unknown): unknown;
  /** What a plan names by its place, a file or a set of images, so that it is opened only when the study runs. */
  readonly outside?: "file" | "images";
  /** Where a search among settings looks for better values, if it does. */
  readonly search?: Search | undefined;
  /** Whether it may stay open: it has no default, since it goes by the images, and need not be given. */
  readonly open?: boolean;
}

/** Values to try: some of a list, or numbers drawn evenly on a logarithmic scale. */
export type Search =
  { readonly among: readonly Json[] } | { readonly log: readonly [low: number, high: number] };

/** The default of an option, if it has one. */
export interface Default<T> {
  /** Left out for what goes by the images, or stays away. */
  readonly default?: T;
  /** Where a search among settings looks for better values. @default it keeps the default */
  readonly search?: Search;
}

/** The value of an option after defaults were filled in. */
type FilledBy<T, D extends Default<T>> = D extends { readonly default: T } ? T : T | undefined;

/** An option whose values are plain JSON already. */
export function plainOption<T extends Json, D extends Default<T>>(
  options: D,
  check: (name: string, value: unknown) => T,
): Option<T, FilledBy<T, D>> {
  return {
    fallback: () => options.default as FilledBy<T, D>,
    check,
    tell: (value) => value,
    open: options.default === undefined,
    search: options.search,
  };
}

/** A number within bounds. */
export function number<D extends Bounds & Default<number>>(
  options: D,
): Option<number, FilledBy<number, D>> {
  return plainOption(options, (name, value) => checkNumber(name, value as number, options));
}

/** A whole number within bounds. */
export function integer<D extends Bounds & Default<number>>(
  options: D,
): Option<number, FilledBy<number, D>> {
  return plainOption(options, (name, value) => checkInteger(name, value as number, options));
}

/** A number above 0. */
export function positive<D extends Default<number>>(
  options: D,
): Option<number, FilledBy<number, D>> {
  return plainOption(options, (name, value) =>
    checkNumber(name, value as number, { min: 0, aboveMin: true }),
  );
}

/** A number of at least 0. */
export function weight<D extends Default<number>>(options: D): Option<number, FilledBy<number, D>> {
  return plainOption(options, (name, value) => checkNumber(name, value as number, { min: 0 }));
}

/** A number from 0 to 1. */
export function share<D extends Default<number>>(options: D): Option<number, FilledBy<number, D>> {
  return plainOption(options, (name, value) =>
    checkNumber(name, value as number, { min: 0, max: 1 }),
  );
}

/** A whole number of at least 1. */
export function count<D extends Default<number>>(options: D): Option<number, FilledBy<number, D>> {
  return plainOption(options, (name, value) => checkInteger(name, value as number, { min: 1 }));
}

/** Something that is on or off. */
export function flag<D extends Default<boolean>>(
  options: D,
): Option<boolean, FilledBy<boolean, D>> {
  return plainOption(options, (name, value) => {
    if (typeof value === "boolean") return value;
    throw wrongOption(name, value, "true or false");
  });
}

/** One of some names or numbers. */
export function choice<const T extends string | number, D extends Default<T>>(
  valid: readonly T[],
  options: D,
): Option<T, FilledBy<T, D>> {
  return plainOption(options, (name, value) => {
    const found = valid.find((one) => one === value);
    if (found !== undefined) return found;
    if (typeof value !== "string") throw wrongOption(name, value, `one of ${valid.join(", ")}`);
    return checkOneOf<string>(name, value, valid.map(String)) as T;
  });
}

/** A text that is not empty and has to be given. */
export function text(): Option<string> {
  return {
    fallback: missingOption,
    check: (name, value) => {
      if (typeof value === "string" && value !== "") return value;
      throw wrongOption(name, value, "a text");
    },
    tell: (value) => value,
  };
}

/** Numbers by name. */
export function numbersByName<D extends Default<Readonly<Record<string, number>>>>(
  bounds: Bounds,
  options: D,
): Option<Readonly<Record<string, number>>, FilledBy<Readonly<Record<string, number>>, D>> {
  return plainOption(options, (name, value) => {
    if (!isRecord(value)) throw wrongOption(name, value, 'numbers by name, such as { "stem": 0 }');
    for (const [key, item] of Object.entries(value))
      checkNumber(`${name}.${key}`, item as number, bounds);
    return value as Record<string, number>;
  });
}

/** A list of numbers. */
export function numbers<D extends Default<readonly number[]>>(
  options: D,
): Option<readonly number[], FilledBy<readonly number[], D>> {
  return plainOption(options, (name, value) => {
    if (Array.isArray(value) && value.every((item) => Number.isFinite(item)))
      return value as readonly number[];
    throw wrongOption(name, value, "a list of numbers");
  });
}

/** The same option, which has to be given. */
export function required<T>(option: Option<T, unknown>): Option<T> {
  return { ...option, fallback: missingOption, open: false };
}

/** Whether a value is an object with names, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is said of a value that an option cannot take. */
export function wrongOption(name: string, value: unknown, expected: string): InputError {
  return new InputError({
    option: name,
    got: `${name} ${toText(value)}`,
    expected,
    todo: `Change ${name}.`,
  });
}

function missingOption(name: string): never {
  throw new InputError({
    option: name,
    got: `no ${name}`,
    expected: "one, since it has no default",
    todo: `Give ${name}.`,
  });
}

function toText(value: unknown): string {
  if (typeof value === "function") return "a function";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
