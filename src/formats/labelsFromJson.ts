import { InputError } from "../core";
import { damaged, unsuitable } from "./damaged";
import {
  imageColumns,
  labelColumns,
  labelTable,
  type LabelRow,
  type LabelTable,
} from "./labelTable";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/**
 * Labels from the JSON of a tool: Label Studio's export (full and short), COCO, a list of images with their labels, a table
 * of images by label or of labels by image, and the `samples` and `classes` of torchvision.
 * @throws InputError if it is none of these, or an image has several labels
 */
export function labelsFromJson(text: string, name: string): LabelTable {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    throw damaged(name, `it is no regular JSON (${(error as Error).message})`, error);
  }
  const rows = Array.isArray(json)
    ? listRows(json as readonly Json[], name)
    : isObject(json)
      ? objectRows(json, name)
      : undefined;
  if (rows !== undefined) return labelTable(rows);
  throw unsuitable(
    name,
    "which is JSON of another kind",
    "an export of Label Studio or COCO, or images with their labels",
    "Export it as Label Studio JSON, COCO or CSV.",
  );
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const isWord = (value: Json | undefined): value is string | number =>
  typeof value === "string" || typeof value === "number";

/** A task of Label Studio, a pair of torchvision, or an object with an image and a label. */
function listRows(list: readonly Json[], name: string): LabelRow[] | undefined {
  const rows = list.map((item, i): LabelRow | undefined => {
    const where = `entry ${i + 1} of "${name}"`;
    if (isList(item) && item.length === 2 && isWord(item[0]) && isWord(item[1]))
      return { image: String(item[0]), label: String(item[1]), where };
    if (!isObject(item)) return undefined;
    const data = isObject(item["data"]) ? item["data"] : item;
    const image = pick(data, imageColumns);
    if (image === undefined) return undefined;
    const marks = item["annotations"] ?? item["completions"];
    const words = isList(marks)
      ? marks.flatMap((mark) => annotationLabels(mark))
      : labelWords(labelColumns.map((column) => data[column]).find((found) => found !== undefined));
    return { image, label: onlyLabel(words, image, name), where };
  });
  return rows.every((row) => row !== undefined) && rows.length > 0 ? rows : undefined;
}

function pick(item: JsonObject, columns: readonly string[]): string | undefined {
  const found = columns.map((column) => item[column]).find(isWord);
  return found === undefined ? undefined : String(found);
}

/** The labels of one annotation of Label Studio: choices, and the labels of boxes and polygons. */
function annotationLabels(mark: Json): string[] {
  if (!isObject(mark) || mark["was_cancelled"] === true || !isList(mark["result"])) return [];
  return mark["result"].flatMap((part) => {
    const value = isObject(part) ? part["value"] : undefined;
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, words]) =>
      key === "choices" || key.endsWith("labels") ? labelWords(words) : [],
    );
  });
}

function labelWords(value: Json | undefined): string[] {
  if (isWord(value)) return [String(value)];
  if (isList(value)) return value.filter(isWord).map(String);
  return isObject(value) && isList(value["choices"]) ? labelWords(value["choices"]) : [];
}

function onlyLabel(words: readonly string[], image: string, name: string): string {
  const different = [...new Set(words.map((word) => word.normalize("NFC")))];
  if (different.length < 2) return different.at(0) ?? "";
  throw new InputError({
    got: `the labels ${different.map((word) => `"${word}"`).join(" and ")} for "${image}" in "${name}"`,
    expected: "one label for an image",
    todo: "Settle on one of them, or leave the image out.",
  });
}

function objectRows(json: JsonObject, name: string): LabelRow[] | undefined {
  const { images, annotations, categories } = json;
  if (isList(images) && isList(annotations) && isList(categories))
    return cocoRows(images, annotations, categories, name);
  const samples = json["samples"] ?? json["imgs"];
  if (isList(samples)) return sampleRows(samples, json, name);
  const entries = Object.entries(json);
  if (entries.length === 0) return undefined;
  if (entries.every(([, label]) => isWord(label) || label === null))
    return entries.map(([image, label], i) => ({
      image,
      label: isWord(label) ? String(label) : "",
      where: `entry ${i + 1} of "${name}"`,
    }));
  if (!entries.every(([, list]) => isList(list) && list.every(isWord))) return undefined;
  return entries.flatMap(([label, list]) =>
    (isList(list) ? list.filter(isWord) : []).map((image) => ({
      image: String(image),
      label,
      where: `the list "${label}" of "${name}"`,
    })),
  );
}

function cocoRows(
  images: readonly Json[],
  annotations: readonly Json[],
  categories: readonly Json[],
  name: string,
): LabelRow[] {
  const key = (value: Json | undefined): string => (isWord(value) ? String(value) : "");
  const names = new Map<string, string>();
  for (const item of categories) if (isObject(item)) names.set(key(item["id"]), key(item["name"]));
  const words = new Map<string, string[]>();
  for (const item of annotations) {
    if (!isObject(item)) continue;
    const category = key(item["category_id"]);
    const found = names.get(category);
    if (found === undefined) {
      throw damaged(name, `its category ${category.slice(0, 40)} is not described`);
    }
    const image = key(item["image_id"]);
    words.set(image, [...(words.get(image) ?? []), found]);
  }
  return images.filter(isObject).map((item, i) => {
    const image = key(item["file_name"]);
    const label = onlyLabel(words.get(key(item["id"])) ?? [], image, name);
    return { image, label, where: `image ${i + 1} of "${name}"` };
  });
}

/** torchvision: pairs of path and number, and the names of the classes in order. */
function sampleRows(
  samples: readonly Json[],
  json: JsonObject,
  name: string,
): LabelRow[] | undefined {
  const rows = listRows(samples, name);
  const classes = json["classes"];
  const numbers = json["class_to_idx"];
  const named = (label: string): string => {
    const listed = isList(classes) ? classes[Number(label)] : undefined;
    if (isWord(listed)) return String(listed);
    if (!isObject(numbers)) return label;
    const found = Object.entries(numbers).find(([, at]) => isWord(at) && String(at) === label);
    return found?.[0] ?? label;
  };
  return rows?.map((row) => ({ ...row, label: named(row.label) }));
}
