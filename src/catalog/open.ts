import {
  defined,
  checkInteger,
  groupsLike,
  hideLabels,
  InputError,
  nearestName,
  subset,
  withSymmetries,
  type ImageSet,
  type Progress,
  type Symmetry,
} from "../core";
import {
  applyLabels,
  isImageSetNpz,
  readImageFolder,
  readImageSetNpz,
  readImageZip,
  readLabels,
  readNpz,
  readNpzImages,
  suggestGroups,
  type FirstPerClass,
  type LabelTable,
} from "../formats";
import { load } from "./load";

/** Where images come from: exactly one of `npz`, `folder`, `zip` and `named`, and how to read it. Paths as they are. */
export interface ImageSource {
  /** A numpy archive. */
  readonly npz?: string;
  /** Name of its array of images; left out for an image set that fewscope wrote. */
  readonly images?: string;
  /** Name of its array of labels; for `folder` and `zip` a table or an export of labels, as `formats.readLabels` reads it. */
  readonly labels?: string;
  /** Name of its array of groups. */
  readonly groups?: string;
  /** Name of its array of window centres, in pixels of the image they were cut from. */
  readonly positions?: string;
  /** What a pair of positions is: column and row, or row and column. @default "xy" */
  readonly positionOrder?: "xy" | "yx";
  /** Edge of the windows in the unit of the positions, for all or by group. */
  readonly windows?: number | Readonly<Record<string, number>>;
  readonly classNames?: readonly string[];
  /** @default "byte" for whole numbers, "arbitrary" for floats */
  readonly unit?: string;
  readonly nmPerPixel?: number;
  /** A folder of images. */
  readonly folder?: string;
  /** A zip archive of images. */
  readonly zip?: string;
  /** What makes the groups of a folder or archive; a pattern's first bracket names the group. @default "file" */
  readonly group?: "file" | "folder" | { readonly pattern: string };
  /** Column of the table of labels that holds the groups. @default "group", where there is one */
  readonly groupColumn?: string;
  readonly channels?: 1 | 3;
  /** Only the first images of each class, in each part or by part. */
  readonly firstPerClass?: FirstPerClass;
  /** Only images of these groups; `*` stands for any text. */
  readonly onlyGroups?: readonly string[];
  /** What may be done to every image without another class coming out; views then mirror and turn by it. @default what a named set's card says, else nothing */
  readonly keepsClass?: readonly Symmetry[];
  /** A set of the catalog. */
  readonly named?: string;
}

const ofFiles = ["labels", "classNames", "group", "groupColumn", "channels", "firstPerClass", "onlyGroups", "keepsClass"] as const; // prettier-ignore

/** What can be said about each kind of source. */
const keysOf: Readonly<Record<string, readonly (keyof ImageSource)[]>> = {
  npz: [
    "images",
    "labels",
    "groups",
    "positions",
    "positionOrder",
    "windows",
    "classNames",
    "unit",
    "nmPerPixel",
    "firstPerClass",
    "onlyGroups",
    "keepsClass",
  ],
  folder: ofFiles,
  zip: ofFiles,
  named: ["firstPerClass", "onlyGroups", "keepsClass"],
};

/**
 * Opens images wherever they are: a numpy archive, a folder or zip archive of images, or a named set.
 * @throws InputError if there is not exactly one source, a key does not belong to it, a group is not there, or it cannot be read
 */
export async function open(source: ImageSource, on: Progress = {}): Promise<ImageSet> {
  const whole = await openWhole(source, on);
  const { keepsClass } = source;
  const set = keepsClass === undefined ? whole : withSymmetries(whole, keepsClass);
  if (source.onlyGroups === undefined) return set;
  const wanted = groupsLike(set, source.onlyGroups);
  return subset(
    set,
    Array.from(set.ids.keys()).filter((i) => wanted.has(set.groups[i])),
  );
}

async function openWhole(source: ImageSource, on: Progress): Promise<ImageSet> {
  const { npz, folder, zip, named } = source;
  checkKeys(source);
  if (npz !== undefined) return takeFirst(openNpz(npz, source), source.firstPerClass);
  if (named !== undefined) return takeFirst(await load(named, { on }), source.firstPerClass);
  const { firstPerClass, group, groupColumn, channels, labels, classNames } = source;
  if (groupColumn !== undefined && labels === undefined) {
    throw new InputError({
      got: `the column "${groupColumn}" for groups without a table`,
      expected: "labels: the table that has the column",
      todo: "Name the table, or take group: { pattern } for a rule on names.",
    });
  }
  const options = {
    ...defined({ firstPerClass, group, channels }),
    ...(labels === undefined ? {} : { tableOfLabels: true }),
  };
  const set =
    folder === undefined
      ? await readImageZip(zip ?? "", options, on)
      : await readImageFolder(folder, options, on);
  const table =
    labels === undefined
      ? new Map<string, string>()
      : await readLabels(labels, defined({ groupColumn }));
  const labelled =
    labels === undefined && classNames === undefined
      ? set
      : applyLabels(ownClasses(set, table, classNames), table, classNames);
  if (group === undefined) noteGroups(labelled, on);
  return labelled;
}

/** The images without the classes of their folders, where neither table nor plan knows one of these: they are dates, or samples. */
function ownClasses(
  set: ImageSet,
  table: ReadonlyMap<string, string> | LabelTable,
  classNames: readonly string[] = [],
): ImageSet {
  const known = new Set([...("labels" in table ? table.labels : table).values(), ...classNames]);
  if (known.size === 0 || set.classNames.some((name) => known.has(name))) return set;
  return { ...hideLabels(set), classNames: [] };
}

/** Says that names look as if several images came from one scan, where nothing keeps them together. */
function noteGroups(set: ImageSet, on: Progress): void {
  const found = on.note === undefined ? undefined : suggestGroups(set);
  if (found === undefined) return;
  const [image, group] = found.example;
  on.note?.(
    `Names suggest that the ${found.images} images of "${set.name}" come from ${found.groups} sources ("${image}" from "${group}"), and nothing keeps them together when the set is split. ` +
      `If so, say group: { "pattern": ${JSON.stringify(found.pattern)} }; else group: "file".`,
  );
}

function checkKeys(source: ImageSource): void {
  const kinds = Object.keys(keysOf);
  const given = (Object.keys(source) as (keyof ImageSource)[]).filter(
    (key) => source[key] !== undefined,
  );
  const chosen = given.filter((key) => kinds.includes(key));
  if (chosen.length !== 1) {
    throw new InputError({
      got: chosen.length === 0 ? "images without a source" : `the sources ${chosen.join(" and ")}`,
      expected: `exactly one of ${kinds.join(", ")}`,
      todo: "Say where the images are.",
    });
  }
  const valid: readonly string[] = keysOf[chosen[0]];
  const wrong = given.find((key) => key !== chosen[0] && !valid.includes(key));
  if (wrong === undefined) return;
  const near = nearestName(wrong, valid);
  throw new InputError({
    got: `the key "${wrong}" beside "${chosen[0]}"`,
    expected: `one of ${valid.join(", ")}`,
    todo: near === undefined ? "Remove it." : `Did you mean "${near}"?`,
  });
}

function openNpz(file: string, source: ImageSource): ImageSet {
  const { images, labels, groups, positions, positionOrder, windows } = source;
  const { classNames, unit, nmPerPixel } = source;
  const { names } = readNpz(file);
  if (images === undefined) {
    if (isImageSetNpz(names)) return readImageSetNpz(file);
    throw new InputError({
      got: `"${file}" without the name of its images`,
      expected: `images: one of ${names.join(", ")}`,
      todo: "Say which array holds the images.",
    });
  }
  return readNpzImages({
    file,
    images,
    ...defined({ labels, groups, positions, positionOrder, windows, classNames, unit, nmPerPixel }),
  });
}

/** Keeps the first images of each class and part, in the order of the set. */
function takeFirst(set: ImageSet, first: FirstPerClass | undefined): ImageSet {
  if (first === undefined) return set;
  const seen = new Map<string, number>();
  const kept = Array.from(set.ids.keys()).filter((i) => {
    const part = set.parts?.[i] ?? "train";
    const limit = typeof first === "number" ? first : (first[part] ?? Infinity);
    if (limit !== Infinity) checkInteger("firstPerClass", limit, { min: 1 });
    const key = `${part} ${set.labels[i]}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count <= limit;
  });
  return subset(set, kept);
}
