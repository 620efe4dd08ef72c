import { hiddenName, hiddenNamesIn, hideNames } from "./hide";
import type { Language } from "./language";
import { withoutGlobals } from "./readCell";
import type { TypeScript } from "./typescript";

/** The cells that the compiler knows, each with the names that it has declared and nobody since. */
export interface CellFiles {
  /** Lets a new cell declare names: earlier declarations of them are hidden. */
  declare(number: number, names: Declared): Declaration;
  /** A number for a new cell. */
  next(): number;
  /** Lets the numbers of forgotten cells be used again; the compiler has a new program. */
  renewed(): void;
}

/** What a cell declares. */
export interface Declared {
  readonly names: readonly string[];
  /** What it declares for all files. */
  readonly globals: readonly string[];
  /** It is kept though it declares no name, for what it does to types elsewhere. */
  readonly isKept: boolean;
}

/** What a cell did to the names of others. */
export interface Declaration {
  /** Whether other cells were changed for it. */
  readonly changesOthers: boolean;
  /** Takes all back. */
  undo(): void;
  /** Settles it, without names that the cell did not get to; true if anything had to be changed for that. */
  settle(unreached: ReadonlySet<string>): boolean;
}

interface KnownCell {
  readonly text: string;
  /** Names that it declares and that mean what it declared. */
  readonly names: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  readonly isKept: boolean;
  /** Hidden names that its text speaks of. */
  readonly hidden: ReadonlySet<string>;
}

export function createCellFiles(ts: TypeScript, language: Language): CellFiles {
  const cells = new Map<number, KnownCell>();
  const owners = new Map<string, number>();
  let free: number[] = [];
  let retired: number[] = [];
  let numbers = 0;
  let versions = 0;

  const put = (number: number, cell: KnownCell): void => {
    if (cells.get(number)?.text !== cell.text) language.set(language.cellFile(number), cell.text);
    cells.set(number, cell);
  };
  const drop = (number: number): void => {
    cells.delete(number);
    language.set(language.cellFile(number), "");
    retired.push(number);
  };

  /** Hides names in some cells. */
  const hide = (names: readonly string[], within: readonly number[]): void => {
    versions += 1;
    const hidden = new Map(names.map((name) => [name, hiddenName(name, versions)]));
    if (hidden.size === 0) return;
    for (const number of within) {
      const cell = cells.get(number);
      if (cell === undefined || !names.some((name) => cell.text.includes(name))) continue;
      const text = hideNames(ts, language.bound(language.cellFile(number)), hidden);
      const left = new Set([...cell.names].filter((name) => !hidden.has(name)));
      if (text !== cell.text || left.size < cell.names.size)
        put(number, { ...cell, text, names: left, hidden: new Set(hiddenNamesIn(text)) });
    }
  };

  /** Writes down the types of variables that depend on names in any way, before these mean something else. */
  const pin = (names: readonly string[], within: readonly number[]): void => {
    const moved = new Set(names);
    const left = new Set(within);
    const texts = new Map<number, string>();
    for (let isDone = moved.size === 0; !isDone;) {
      isDone = true;
      for (const number of left) {
        const cell = cells.get(number);
        if (cell === undefined || !speaksOf(cell.text, moved)) continue;
        isDone = false;
        left.delete(number);
        for (const name of cell.names) moved.add(name);
        texts.set(number, language.pinned(language.cellFile(number)));
      }
    }
    for (const [number, text] of texts) {
      const cell = cells.get(number);
      if (cell !== undefined && cell.text !== text) put(number, { ...cell, text });
    }
  };

  const takeGlobals = (names: readonly string[], within: readonly number[]): void => {
    const taken = new Set(names);
    for (const number of within) {
      const cell = cells.get(number);
      if (cell === undefined || ![...cell.globals].some((name) => taken.has(name))) continue;
      const left = new Set([...cell.globals].filter((name) => !taken.has(name)));
      put(number, { ...cell, text: withoutGlobals(ts, cell.text, taken), globals: left });
    }
  };

  /** Forgets cells that nothing needs: no name of theirs is seen, and none is spoken of under its hidden name. */
  const forget = (): void => {
    const spoken = new Map<string, number>();
    for (const { hidden } of cells.values())
      for (const name of hidden) spoken.set(name, (spoken.get(name) ?? 0) + 1);
    const unneeded = [...cells].filter(
      ([, { names, globals, isKept, hidden }]) =>
        !isKept &&
        names.size === 0 &&
        globals.size === 0 &&
        ![...hidden].some((name) => (spoken.get(name) ?? 0) > 1),
    );
    for (const [number] of unneeded) drop(number);
    if (unneeded.some(([, { hidden }]) => hidden.size > 0)) forget();
  };

  return {
    next: () => free.pop() ?? (numbers += 1),
    renewed: () => {
      free = [...free, ...retired];
      retired = [];
    },
    declare: (number, { names, globals, isKept }) => {
      const text = language.text(language.cellFile(number));
      const others = [...cells.keys()];
      const [cellsBefore, ownersBefore] = [new Map(cells), new Map(owners)];
      const restore = (): void => {
        for (const [other, cell] of cellsBefore) put(other, cell);
        owners.clear();
        for (const [name, owner] of ownersBefore) owners.set(name, owner);
      };
      const take = (taken: readonly string[]): void => {
        const again = taken.filter((name) => owners.has(name));
        pin(again, others);
        hide(again, others);
        takeGlobals(globals, others);
        for (const name of taken) owners.set(name, number);
      };
      const hidden = new Set<string>();
      put(number, { text, names: new Set(names), globals: new Set(globals), isKept, hidden });
      const changesOthers = globals.length > 0 || names.some((name) => owners.has(name));
      take(names);
      return {
        changesOthers,
        undo: () => {
          restore();
          drop(number);
        },
        settle: (unreached) => {
          if (unreached.size > 0) {
            restore();
            take(names.filter((name) => !unreached.has(name)));
            hide([...unreached], [number]);
          }
          forget();
          return unreached.size > 0;
        },
      };
    },
  };
}

/** Whether a text has one of these names as a word. */
function speaksOf(text: string, names: ReadonlySet<string>): boolean {
  const words = text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? [];
  return words.some((word) => names.has(word));
}
