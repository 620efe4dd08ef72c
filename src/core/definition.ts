import { nearestName } from "./checks";
import { InputError } from "./inputError";
import { isRecord, wrongOption, type Option } from "./option";
import type { Json, Settings } from "./settings";

/** Every option of a factory by its name; one that is forgotten, or that is not there, does not compile. */
export type OptionTable<Options> = {
  readonly [Name in keyof Required<Options>]: Option<NonNullable<Options[Name]>, unknown>;
};

/** As `OptionTable`, where every option has a default. */
export type DefaultTable<Options> = {
  readonly [Name in keyof Required<Options>]: Option<NonNullable<Options[Name]>>;
};

/** Options of any kind by name. */
export type AnyTable = Readonly<Record<string, Option<unknown, unknown>>>;

/** The options of a table with their defaults filled in. */
export type Filled<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<unknown, infer Value> ? Value : never;
};

/** Options that were filled in and checked, with what they are as plain JSON. */
export interface Resolved<Table> {
  readonly options: Filled<Table>;
  /** Undefined if one of the options is a function that does not know what it is. */
  readonly settings: Settings | undefined;
}

/** What a factory makes, apart from the making: its name, the revision of its code and its options. */
export interface Definition<Table extends AnyTable = AnyTable> {
  /** As plans write it. */
  readonly name: string;
  readonly revision: number;
  readonly options: Table;
  /**
   * Fills in and checks options.
   * @throws InputError if one is unknown or cannot be taken
   */
  resolve(given: object): Resolved<Table>;
  /**
   * Makes what the factory takes of what a plan holds, for example augmentations of their names; values are checked by the factory.
   * @throws InputError if an option is unknown, or cannot be made
   */
  parse(json: unknown): Record<string, unknown>;
}

/** A factory of methods, augmentations or networks that says what its options are. */
export interface Factory<Made> {
  (options: never): Made;
  readonly definition: Definition;
}

/**
 * Says what a factory makes. The revision is raised by hand whenever the same options give other results than before, so that what was kept of
 * the old ones is not taken for the new.
 */
export function define<Table extends AnyTable>(
  name: string,
  revision: number,
  options: Table,
): Definition<Table> {
  const names = Object.keys(options);
  const checkNames = (given: unknown): Record<string, unknown> => {
    if (!isRecord(given)) throw wrongOption(`options of ${name}`, given, "an object, such as {}");
    for (const key of Object.keys(given)) checkName(key, name, names);
    return given;
  };
  return {
    name,
    revision,
    options,
    resolve: (given) => {
      const filled = fillIn(options, checkNames(given));
      return { options: filled as Filled<Table>, settings: tell(name, revision, options, filled) };
    },
    parse: (json) => {
      const made = Object.entries(checkNames(json)).map(([key, value]) => {
        const option = options[key];
        // As a plan with every default filled in has it.
        if (value === null && option.open === true) return [key, undefined];
        return [key, option.parse === undefined ? value : option.parse(key, value)];
      });
      return Object.fromEntries(made) as Record<string, unknown>;
    },
  };
}

function fillIn(options: AnyTable, given: Record<string, unknown>): Record<string, unknown> {
  const filled = Object.entries(options).map(([key, option]) => {
    const value = given[key];
    return [key, value === undefined ? option.fallback(key) : option.check(key, value)];
  });
  return Object.fromEntries(filled) as Record<string, unknown>;
}

function tell(
  name: string,
  revision: number,
  options: AnyTable,
  filled: Record<string, unknown>,
): Settings | undefined {
  const told: [string, Json][] = [];
  for (const [key, option] of Object.entries(options)) {
    const value = filled[key];
    const json = value === undefined ? null : option.tell(value);
    if (json === undefined) return undefined;
    told.push([key, json]);
  }
  return { ...Object.fromEntries(told), name, revision };
}

function checkName(key: string, of: string, names: readonly string[]): void {
  if (names.includes(key)) return;
  const near = nearestName(key, names);
  throw new InputError({
    option: key,
    got: `${key}, which is no option of ${of}`,
    expected: names.length === 0 ? "no options" : `one of ${names.join(", ")}`,
    todo: near === undefined ? "Leave it out." : `Did you mean "${near}"?`,
  });
}
