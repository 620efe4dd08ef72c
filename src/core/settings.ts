/** Plain JSON. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What determines what a method, an augmentation or a network does: its name, the revision of its code, and every option, defaults filled in. `null`
 * stands for an option that goes by the images. Plain JSON; records, encoders and checkpoints are named by it.
 */
export interface Settings {
  readonly name: string;
  /** Raised by hand whenever the same options give other results than before. */
  readonly revision: number;
  readonly [option: string]: Json;
}

/** What knows its own settings; a function that was written in a cell has none, so what it gives cannot be kept. */
export interface Known {
  readonly settings?: Settings | undefined;
}

/** Gives a function, or anything else, the settings by which its results are named. */
export function known<T extends object>(thing: T, settings: Settings | undefined): T & Known {
  return Object.assign(thing, { settings });
}

/** Settings as a plan writes them: { "simclr": { "epochs": 100 } }, nested ones as well, without revisions. */
export function specOf(settings: Settings): { readonly [name: string]: Json } {
  const { name, revision, ...options } = settings;
  void revision;
  return { [name]: plainSpec(options) };
}

function plainSpec(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => plainSpec(item));
  if (value === null || typeof value !== "object") return value;
  if (isSettings(value)) return specOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainSpec(item)]));
}

function isSettings(value: object): value is Settings {
  return "name" in value && "revision" in value;
}
