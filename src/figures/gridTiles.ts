import { InputError, UNLABELLED, type ImageSet, type Rng } from "../core";
import type { Tile } from "./mosaic";

/** Which images are shown. */
export interface GridChoice {
  readonly columns: number;
  readonly perClass?: number;
  readonly rng?: Rng;
  readonly classes?: readonly string[];
}

/** Images of one class, in rows one under the other. */
export interface GridGroup {
  /** Class name, or "" for a set without labels. */
  readonly name: string;
  /** Images of this class in the set. */
  readonly total: number;
  /** Row of its first image. */
  readonly row: number;
}

/** One image, and where it is shown. */
export interface GridTile extends Tile {
  /** Its index in the set. */
  readonly index: number;
  readonly label: string;
}

/** What is shown where. */
export interface GridTiles {
  readonly groups: readonly GridGroup[];
  readonly tiles: readonly GridTile[];
  /** Classes that occur and are not shown. */
  readonly hidden: number;
}

const mostClasses = 20;

/** Lays out some images of each class. @throws InputError if there is no image, or a class name is unknown */
export function gridTiles(
  set: ImageSet,
  { columns, perClass, rng, classes }: GridChoice,
): GridTiles {
  const present = [...new Set(set.labels)].sort((a, b) => Number(a < 0) - Number(b < 0) || a - b);
  const wanted = classes?.map((name) => classIndex(set, name));
  const shown = wanted ?? present.slice(0, mostClasses);
  const unlabelled = present.length === 1 && present[0] === UNLABELLED;
  const count = perClass ?? (unlabelled ? 4 * columns : columns);
  const groups: GridGroup[] = [];
  const tiles: GridTile[] = [];
  let row = 0;
  for (const label of shown) {
    const members = [...set.labels.keys()].filter((i) => set.labels[i] === label);
    const name = label === UNLABELLED ? "unlabelled" : set.classNames[label];
    const order = rng?.fork(name).permutation(members.length);
    const chosen = (order === undefined ? members : Array.from(order, (at) => members[at])).slice(
      0,
      count,
    );
    groups.push({ name: unlabelled ? "" : name, total: members.length, row });
    chosen.forEach((index, i) => {
      const values = set.pixels.read([index]);
      const place = { row: row + Math.floor(i / columns), column: i % columns };
      tiles.push({ ...place, index, label: name, values });
    });
    row += Math.ceil(chosen.length / columns);
  }
  if (tiles.length > 0) return { groups, tiles, hidden: present.length - groups.length };
  throw new InputError({
    got: `the set "${set.name}", with no image to show`,
    expected: "at least one image of the classes asked for",
    todo: "Check that the set is not empty.",
  });
}

function classIndex(set: ImageSet, name: string): number {
  const index = set.classNames.indexOf(name);
  if (index >= 0) return index;
  throw new InputError({
    got: `the class "${name}"`,
    expected: `one of ${set.classNames.join(", ") || "no class: the set has none"}`,
    todo: "Choose one of these.",
  });
}
