import * as fs from "node:fs";
import { canonicalJson, explainFileError, InputError, type ImageSet } from "../core";
import type { DrawnSplit } from "./drawSplit";
import type { Ladder } from "./ladder";
import type { Split } from "./split";

/** A split with its label draws, by image id, as it is kept beside the records. */
interface SplitFile {
  readonly images: string;
  readonly pretrain: readonly string[];
  readonly pool: readonly string[];
  readonly test: readonly string[];
  readonly adapt: boolean;
  readonly notes: readonly string[];
  /** For each draw: the labelled images, by class or in one list, in the order in which budgets take them. */
  readonly draws: readonly (
    | { readonly byClass: Readonly<Record<string, readonly string[]>> }
    | { readonly list: readonly string[] }
  )[];
}

/** Writes a split and its label draws as JSON of image ids, so that anyone can see or repeat which were labelled. */
export function splitToJson(set: ImageSet, imagesHash: string, drawn: DrawnSplit): string {
  const { split, ladders } = drawn;
  const ids = (indices: Int32Array): string[] => Array.from(indices, (i) => set.ids[i]);
  const file: SplitFile = {
    images: imagesHash,
    pretrain: ids(split.pretrain),
    pool: ids(split.pool),
    test: ids(split.test),
    adapt: split.adapt,
    notes: split.notes,
    draws: ladders.map((ladder) =>
      "list" in ladder
        ? { list: ids(ladder.list) }
        : {
            byClass: Object.fromEntries(
              set.classNames.map((name, c) => [name, ids(ladder.byClass[c])]),
            ),
          },
    ),
  };
  return `${canonicalJson(file, 1)}\n`;
}

/**
 * Reads the split of another study on the same images.
 * @throws InputError if the file is none, belongs to other images, or holds too few draws or labels
 */
export function readSplit(
  file: string,
  set: ImageSet,
  imagesHash: string,
  draws: number,
  budget: number,
): DrawnSplit {
  const stored = parse(file);
  if (stored.images !== imagesHash) {
    throw new InputError({
      got: `"${file}", drawn on other images`,
      expected: `a split of "${set.name}" with the same pixels, ids and groups`,
      todo: "Leave out the ladder, or use the images it was drawn on.",
    });
  }
  const position = new Map(set.ids.map((id, i) => [id, i]));
  const indices = (ids: readonly string[]): Int32Array =>
    Int32Array.from(ids, (id) => position.get(id) ?? 0);
  const split: Split = {
    pretrain: indices(stored.pretrain),
    pool: indices(stored.pool),
    test: indices(stored.test),
    adapt: stored.adapt,
    notes: stored.notes,
  };
  const ladders = stored.draws.slice(0, draws).map((draw): Ladder =>
    "list" in draw
      ? { list: indices(draw.list).subarray(0, budget) }
      : {
          byClass: set.classNames.map((name) =>
            indices(draw.byClass[name] ?? []).subarray(0, budget),
          ),
        },
  );
  const short = ladders.some((ladder) =>
    "list" in ladder
      ? ladder.list.length < budget
      : ladder.byClass.some((images) => images.length > 0 && images.length < budget),
  );
  if (ladders.length < draws || short) {
    throw new InputError({
      got: `"${file}" with ${ladders.length} draws${short ? ` of fewer than ${budget} labels` : ""}`,
      expected: `${draws} draws of ${budget} labels`,
      todo: "Ask for fewer draws or smaller budgets, or leave out the ladder.",
    });
  }
  return { split, ladders };
}

function parse(file: string): SplitFile {
  try {
    const json = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<SplitFile>;
    if (json.draws !== undefined && json.pretrain !== undefined && json.test !== undefined)
      return json as SplitFile;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file, "read");
  }
  throw new InputError({
    got: `"${file}", which is no split`,
    expected: "the split.json of a study",
    todo: "Name the split.json in a study's output folder.",
  });
}
