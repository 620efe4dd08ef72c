import { damaged } from "../damaged";

/** More entries than any instrument writes; without this bound a small file could fill the memory. */
const mostEntries = 100_000;

/** Header values of a file as they stand there, in order; a key that comes again gets a number, so that none is lost. */
export interface HeaderTable {
  /** The first value of a key. */
  get(key: string): string | undefined;
  add(key: string, value: string): void;
  /** All of it, as a scan's metadata. */
  toRecord(): Record<string, string>;
}

/** Makes an empty table. `add` refuses, with an InputError, what no instrument would write. */
export function headerTable(file: string): HeaderTable {
  const values = new Map<string, string>();
  const counts = new Map<string, number>();
  const add = (key: string, value: string): void => {
    if (values.size >= mostEntries) throw damaged(file, `it has over ${mostEntries} header lines`);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count === 1 && !values.has(key)) values.set(key, value);
    else if (!values.has(`${key}_${count}`)) values.set(`${key}_${count}`, value);
    else add(`${key}_${count}`, value);
  };
  return {
    get: (key) => values.get(key),
    add,
    toRecord: () => Object.fromEntries(values),
  };
}
