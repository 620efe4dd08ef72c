import { defined, checkInteger, InputError, type SetPart } from "../core";
import { imageEndings } from "./decodeImage";
import { isHidden as isHiddenName } from "./listFiles";

/** How many images of each class are read, the first by name: of every part, or of each part by itself. */
export type FirstPerClass = number | Readonly<Partial<Record<SetPart, number>>>;

/** What paths do not say. */
export interface PlaceOptions {
  readonly firstPerClass?: FirstPerClass;
  /** Whether labels come from a table, so that folders need not be classes. @default false */
  readonly tableOfLabels?: boolean;
}

/** One image file of a set and what its path says of it. */
export interface PlacedImage {
  /** As in the folder or archive. */
  readonly path: string;
  /** Path below the set's own top folder, without extension. */
  readonly id: string;
  /** Folder that holds it, below the part. */
  readonly folder: string;
  /** Name of its class; none for images outside class folders and in "unlabelled". */
  readonly className?: string;
  readonly part?: SetPart;
}

/** Folders above the class folders that say what the images are for. */
const partFolders: Readonly<Record<string, SetPart>> = {
  train: "train",
  test: "test",
  unlabelled: "unlabelled",
  unlabeled: "unlabelled",
};

/** Folders that other tools write beside these, for which a set here has no part of its own. */
const otherParts = ["val", "valid", "validation"];

const otherImages = /\.(bmp|gif|webp|heic|avif|jp2)$/i;

/**
 * Tells part, class and id of every image from its path, sorted by name (bytes of UTF-8). Where labels come from a table, one
 * folder around the images is no class.
 * @throws InputError if there are no images, images of a kind that is not read, one class only, or unclear parts
 */
export function placeImages(
  paths: readonly string[],
  source: string,
  { firstPerClass, tableOfLabels = false }: PlaceOptions = {},
): PlacedImage[] {
  const visible = paths.filter((path) => !isHiddenPath(path));
  const images = visible.filter((path) => imageEndings.test(path));
  const unreadable = visible.find((path) => otherImages.test(path));
  if (unreadable !== undefined) throw unreadableImage(source, unreadable);
  if (images.length === 0) throw noImages(source, visible);
  const top = commonFolder(images);
  const below = images.map((path) => path.slice(top.length));
  const hasParts = checkParts(below, source);
  const placed = sortByBytes(images.map((path, i) => place(path, below[i], hasParts)));
  const classes = new Set(placed.flatMap(({ className }) => className ?? []));
  if (classes.size === 1) {
    if (!tableOfLabels) throw onlyClass(source, [...classes][0]);
    return firstPerClass === undefined
      ? withoutClass(placed)
      : takeFirst(withoutClass(placed), firstPerClass);
  }
  return firstPerClass === undefined ? placed : takeFirst(placed, firstPerClass);
}

function withoutClass(placed: readonly PlacedImage[]): PlacedImage[] {
  return placed.map(({ path, id, folder, part }) =>
    part === undefined ? { path, id, folder } : { path, id, folder, part },
  );
}

function isHiddenPath(path: string): boolean {
  return path.split("/").some(isHiddenName);
}

/** The wrapper folders around all images, as archives have them; never a class or part folder. */
function commonFolder(paths: readonly string[]): string {
  let top = "";
  for (;;) {
    const rest = paths[0].slice(top.length);
    const slash = rest.indexOf("/");
    const step = slash < 0 ? undefined : rest.slice(0, slash);
    if (step === undefined || step in partFolders) return top;
    const next = `${top}${step}/`;
    // A folder with images directly in it is a class.
    if (!paths.every((path) => path.startsWith(next) && path.indexOf("/", next.length) > 0)) {
      return top;
    }
    top = next;
  }
}

/** Whether the top folders are parts. */
function checkParts(paths: readonly string[], source: string): boolean {
  const tops = new Map<string, boolean>();
  for (const path of paths) {
    const steps = path.split("/");
    const top = steps.length === 1 ? "" : steps[0];
    tops.set(top, (tops.get(top) ?? false) || steps.length > 2);
  }
  const isPart = (top: string): boolean => top in partFolders;
  const names = [...tops.keys()];
  if (names.every(isPart)) return true;
  const strange = names.find((top) => !isPart(top));
  // "train" may be the name of a class; with class folders in it, it is a part.
  const partsWithClasses = names.some((top) => isPart(top) && tops.get(top) === true);
  if (!partsWithClasses || strange === undefined) return false;
  throw new InputError({
    got: `"${source}" with ${strange === "" ? "images" : `the folder "${strange}"`} beside ${names.filter(isPart).join(" and ")}`,
    expected: "only the folders train, test and unlabelled at the top, or only class folders",
    todo: otherParts.includes(strange)
      ? "Move its images into train: a study draws its own labelled images and tests on test."
      : "Move it into one of them, or out of the folder.",
  });
}

function place(path: string, below: string, hasParts: boolean): PlacedImage {
  const steps = below.split("/");
  const part = hasParts ? partFolders[steps[0]] : undefined;
  // A class is one, however its letters are composed.
  const folder = steps
    .slice(hasParts ? 1 : 0, -1)
    .join("/")
    .normalize("NFC");
  const unlabelled = part === "unlabelled" || (!hasParts && partFolders[steps[0]] === "unlabelled");
  const className = folder === "" || unlabelled ? undefined : folder;
  return {
    path,
    id: below.replace(/\.[^./]*$/, ""),
    folder,
    ...defined({ className, part }),
  };
}

/** Sorted by the UTF-8 bytes of the ids, the same on every machine; each key is made once, for there may be many. */
function sortByBytes(placed: readonly PlacedImage[]): PlacedImage[] {
  const keyed = placed.map((image) => ({ image, key: Buffer.from(image.id).toString("latin1") }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ image }) => image);
}

function onlyClass(source: string, name: string): InputError {
  return new InputError({
    got: `"${source}" with the only class folder "${name}"`,
    expected: "a folder for each of two or more classes, or a table of labels",
    todo: "Name the folder above the class folders, or the table; images without classes go directly into a folder, or into one called unlabelled.",
  });
}

/** Keeps the first images of each class and part, and of those without class. */
function takeFirst(placed: readonly PlacedImage[], first: FirstPerClass): PlacedImage[] {
  const limit = (part: SetPart | undefined): number => {
    const count = typeof first === "number" ? first : first[part ?? "train"];
    return count === undefined ? Infinity : checkInteger("firstPerClass", count, { min: 1 });
  };
  const seen = new Map<string, number>();
  return placed.filter(({ part, className }) => {
    const key = JSON.stringify([part, className]);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count <= limit(part);
  });
}

function unreadableImage(source: string, path: string): InputError {
  return new InputError({
    got: `"${path}" in "${source}"`,
    expected: "PNG, JPEG, TIFF or NPY images, or scans",
    todo: "Convert it to PNG (16 bits keep 16 bits), or take it out of the folder.",
  });
}

function noImages(source: string, others: readonly string[]): InputError {
  const isNumpy = others.some((path) => path.endsWith(".npz"));
  return new InputError({
    got: `"${source}" ${others.length === 0 ? "without any file" : `with ${others.length} files and no image among them`}`,
    expected: "PNG, JPEG, TIFF or NPY images, or scans, in a folder for each class",
    todo: isNumpy ? "These are numpy archives: read them as npz." : "Check the path.",
  });
}
