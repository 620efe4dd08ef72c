import * as fs from "node:fs";
import * as path from "node:path";
import { open, type ImageSource } from "../../catalog";
import { defined, InputError, labelledIndices, type ImageSet, type Progress } from "../../core";
import { suggestGroups, type GroupSuggestion } from "../../formats";

/** Images as they were found, and how a plan names them. */
export interface FoundImages {
  readonly source: ImageSource;
  readonly set: ImageSet;
  /** The groups that names suggested, and that the source now keeps together. */
  readonly suggested?: GroupSuggestion;
}

/** What is known of the images beside their place. */
export interface FindOptions {
  /** A table or an export of labels. @default the one that lies in the folder, where folders are no classes */
  readonly labels?: string;
  /** Column of that table with the groups. */
  readonly groupColumn?: string;
  /** A pattern on names whose first bracket is the group; "none" keeps each image by itself. @default what names suggest */
  readonly group?: string;
}

/** Endings of what holds labels. */
const tables = /\.(csv|tsv|txt|json)$/i;

/**
 * Opens a folder, a zip archive, or a numpy archive that fewscope wrote: with the classes that folders are, else with the table of
 * labels that lies beside the images.
 * @throws InputError if no label is found, or several tables would do
 */
export async function findImages(
  place: string,
  { labels, groupColumn, group }: FindOptions,
  on: Progress = {},
): Promise<FoundImages> {
  const where = placeOf(place);
  const rule: Pick<ImageSource, "group"> =
    group === undefined ? {} : { group: group === "none" ? "file" : { pattern: group } };
  const given = {
    ...where,
    ...(labels === undefined ? {} : { labels: path.resolve(labels) }),
    ...defined({ groupColumn }),
    ...rule,
  };
  const quiet: Progress = { ...on, note: () => undefined };
  const found =
    labels === undefined && where.folder !== undefined
      ? await withTable(given, where.folder, quiet)
      : { source: given, set: await open(given, quiet) };
  if (labelledIndices(found.set).length === 0) throw noLabels(place);
  const suggested =
    group === undefined && where.npz === undefined ? suggestGroups(found.set) : undefined;
  if (suggested === undefined) return found;
  const source: ImageSource = { ...found.source, group: { pattern: suggested.pattern } };
  return { source, set: await open(source, quiet), suggested };
}

function placeOf(place: string): ImageSource {
  const whole = path.resolve(place);
  if (/\.zip$/i.test(place)) return { zip: whole };
  if (/\.npz$/i.test(place)) return { npz: whole };
  return { folder: whole };
}

/** By class folders; where there are none, by the only table in the folder whose names are those of images. */
async function withTable(
  source: ImageSource,
  folder: string,
  on: Progress,
): Promise<{ source: ImageSource; set: ImageSet }> {
  const candidates = tablesIn(folder);
  let mistake: unknown;
  try {
    const set = await open(source, on);
    if (candidates.length === 0 || set.classNames.length > 1) return { source, set };
  } catch (error) {
    if (!(error instanceof InputError) || candidates.length === 0) throw error;
    mistake = error;
  }
  const fitting: { source: ImageSource; set: ImageSet }[] = [];
  const wrong: unknown[] = [];
  for (const labels of candidates) {
    const named = { ...source, labels };
    try {
      fitting.push({ source: named, set: await open(named, on) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      wrong.push(error);
    }
  }
  if (fitting.length === 1) return fitting[0];
  if (fitting.length > 1) throw severalTables(folder, fitting);
  // With one table its mistake is what the user can mend.
  throw candidates.length === 1 || mistake === undefined ? wrong[0] : mistake;
}

function tablesIn(folder: string): string[] {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => tables.test(name) && !name.startsWith(".") && !/^readme/i.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

function severalTables(folder: string, found: readonly { source: ImageSource }[]): InputError {
  const names = found.map(({ source }) => path.basename(source.labels ?? ""));
  return new InputError({
    got: `${names.length} tables of labels in "${folder}": ${names.join(", ")}`,
    expected: "one of them",
    todo: `Name it, for example --labels ${path.join(folder, names[0])}.`,
  });
}

function noLabels(place: string): InputError {
  return new InputError({
    got: `"${place}" with images and no label`,
    expected: "a folder for each class, or a table of labels (filename, label)",
    todo: "Label some with `fewscope label`, sort some into class folders, or name the table with --labels. Whole scans are cut into patches with `fewscope patches`.",
  });
}
