import * as fs from "node:fs";
import { createRng, explainFileError, InputError } from "../core";
import { readLabels } from "../formats";
import { undefused } from "./csv";
import type { EventRequest } from "./events";
import type { Session } from "./openSession";

/**
 * Takes labels of a file into a session: `features.csv`, `coco.json` and `label-studio.json` of an export, or a table of ids and labels from elsewhere. Classes that are
 * not there are made; labels that stand already are left as they are.
 * @returns how many labels came in
 * @throws InputError if the file is none of these, or names what is not in the session
 */
export async function importLabels(session: Session, file: string, by: string): Promise<number> {
  const labels = boxLabels(file) ?? (await readLabels(file)).labels;
  const known = new Set(session.items.map(({ id }) => id));
  const wanted = [...labels].map(([item, label]) => [undefused(item), undefused(label)] as const);
  const unknown = wanted.find(([item]) => !known.has(item));
  if (unknown !== undefined) {
    throw new InputError({
      got: `the id "${unknown[0]}" in "${file}"`,
      expected: "ids of this session",
      todo: "Take the file of an export of the same scans.",
    });
  }
  // The log grows with every import, so no name comes twice.
  const rng = createRng(session.events.length + 1).fork(file);
  const uuid = (): string =>
    `import ${Array.from({ length: 4 }, () => rng.integer(4294967296).toString(16)).join("")}`;
  const ids = new Map(session.state.classes.map(({ id, name }) => [name, id]));
  const requests: EventRequest[] = [];
  const byClass = new Map<string, string[]>();
  for (const [item, label] of wanted) {
    if (label === "") continue;
    let id = ids.get(label);
    if (id === undefined) {
      id = `imported ${uuid()}`;
      ids.set(label, id);
      requests.push({ uuid: uuid(), by, action: { kind: "add class", class: id, name: label } });
    }
    const answer = session.state.answers.get(item);
    if (answer?.class !== undefined && session.state.resolve(answer.class) === id) continue;
    byClass.set(id, [...(byClass.get(id) ?? []), item]);
  }
  for (const [id, items] of byClass) {
    const how = { blind: false, reason: "import" };
    requests.push({ uuid: uuid(), by, action: { kind: "label", items, class: id, how } });
  }
  session.record(requests);
  return [...byClass.values()].reduce((sum, items) => sum + items.length, 0);
}

/** A box of COCO, as far as it matters here. */
interface Box {
  readonly category_id?: number;
  readonly attributes?: { readonly id?: unknown };
}

/** A class of COCO. */
interface Category {
  readonly id?: number;
  readonly name?: unknown;
}

const isList = <T extends object>(value: unknown): value is readonly T[] =>
  Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);

/** The labels of boxes that say which feature they are of; undefined if it is no such file. */
function boxLabels(file: string): Map<string, string> | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  if (!/^\s*\{/.test(text)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Told by the reader of labels.
    return undefined;
  }
  const { annotations, categories } = json as {
    readonly annotations?: unknown;
    readonly categories?: unknown;
  };
  if (!isList<Box>(annotations) || !isList<Category>(categories)) return undefined;
  const names = new Map(categories.map(({ id, name }) => [id, String(name)]));
  const found = new Map<string, string>();
  for (const { category_id: category, attributes } of annotations) {
    const id = attributes?.id;
    const name = names.get(category);
    if (typeof id !== "string" || name === undefined) return undefined;
    found.set(id, name);
  }
  return found;
}
