import * as path from "node:path";
import {
  defined,
  InputError,
  labelledIndices,
  UNLABELLED,
  type ImageSet,
  type Progress,
} from "../../core";
import { drawSplit } from "../drawSplit";
import type { SplitSpec } from "../split";
import { groupSpreads } from "../standardise";
import { findImages, type FindOptions, type FoundImages } from "./findImages";
import { planText, spreadsSay, type PlanChoices } from "./planText";

/** How a plan is proposed. */
export interface ProposeOptions extends FindOptions {
  /** Folder that the plan will lie in, which its paths are relative to. @default the working directory */
  readonly beside?: string;
  /** Few budgets and short trainings, to see that all goes through. @default false */
  readonly quick?: boolean;
}

/** A plan for somebody's images. */
export interface ProposedPlan {
  /** JSON with comments that say why. */
  readonly text: string;
  /** What was found and chosen, in sentences. */
  readonly told: readonly string[];
}

const budgets = [1, 2, 5, 10, 20, 50, 100];
/** Over three draws an interval is twice as wide, and may be wider than all scores; more draws cost no pretraining. */
const draws = 5;
const share = 0.3;

/**
 * Looks at somebody's images, and writes a plan whose budgets, split and lengths fit them: SimCLR against training from scratch
 * and plain pixels.
 * @throws InputError if there are no labels, or too few to learn from and to test on
 */
export async function proposePlan(
  place: string,
  { beside = process.cwd(), quick = false, ...options }: ProposeOptions = {},
  on: Progress = {},
): Promise<ProposedPlan> {
  const found = await findImages(place, options, on);
  const { set } = found;
  checkClasses(set, place);
  const split = set.parts?.includes("test") === true ? undefined : { test: share };
  const spreads = differingSpreads(set);
  const choices: PlanChoices = {
    name: path.basename(path.resolve(place)).replace(/\.(zip|npz)$/i, ""),
    data: relativeTo(path.resolve(beside), found),
    counts: countsOf(set),
    ...defined({ split }),
    labelsPerClass: budgetsOf(found, split, draws, quick ? 3 : budgets.length),
    draws,
    epochs: quick ? 3 : epochsFor(set),
    steps: quick ? 20 : 300,
    colour: set.shape[2] === 3,
    ...defined({ suggested: found.suggested, spreads }),
    groups: new Set(set.groups).size,
    quick,
  };
  return { text: planText(choices), told: tell(set, choices, found) };
}

/** About as many image views as the demo takes, within reason. */
function epochsFor(set: ImageSet): number {
  return Math.min(200, Math.max(10, Math.round(48_000 / set.ids.length / 10) * 10));
}

function countsOf(set: ImageSet): {
  readonly classes: ReadonlyMap<string, number>;
  readonly unlabelled: number;
} {
  const counts = set.classNames.map((name, c): [string, number] => [
    name,
    set.labels.reduce((sum, label) => sum + (label === c ? 1 : 0), 0),
  ]);
  return {
    classes: new Map(counts),
    unlabelled: set.labels.reduce((sum, label) => sum + (label === UNLABELLED ? 1 : 0), 0),
  };
}

function checkClasses(set: ImageSet, place: string): void {
  const lone = [...countsOf(set).classes].find(([, count]) => count < 2);
  if (set.classNames.length > 1 && lone !== undefined) {
    throw new InputError({
      got: `class "${lone[0]}" with ${lone[1]} labelled image in "${place}"`,
      expected: "at least two of each class, one to learn from and one to test on",
      todo: "Label more images of it, or take the class out.",
    });
  }
  if (set.classNames.length > 1) return;
  throw new InputError({
    got: `"${place}" with ${labelledIndices(set).length} labels of ${set.classNames.length === 1 ? `the only class "${set.classNames[0]}"` : "no class"}`,
    expected: "labels of two or more classes",
    todo: "Label some images of another class.",
  });
}

/** What fits; where names have made the groups, they may be what does not. */
function budgetsOf(
  { set, suggested }: FoundImages,
  ...how: [SplitSpec | undefined, number, number]
): readonly number[] {
  try {
    return fittingBudgets(set, ...how);
  } catch (error) {
    if (!(error instanceof InputError) || suggested === undefined) throw error;
    throw new InputError(
      {
        got: `${suggested.groups} sources by the names of the images ("${suggested.example[0]}" from "${suggested.example[1]}"), which do not part into learning and test`,
        expected: "each class in several sources",
        todo: "Use --group none if the images are of no common source, or --group with the right rule.",
      },
      { cause: error },
    );
  }
}

/** The budgets that the smallest class can pay on its side of the split; tried, since groups may share out unevenly. */
function fittingBudgets(
  set: ImageSet,
  split: SplitSpec | undefined,
  draws: number,
  most: number,
): readonly number[] {
  let mistake: InputError | undefined;
  for (let count = most; count > 0; count--) {
    const labelsPerClass = budgets.slice(0, count);
    try {
      drawSplit(set, { split, labelsPerClass, draws, seed: 1 });
      return labelsPerClass;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      mistake = error;
    }
  }
  throw mistake ?? new Error("no budget was tried");
}

/** The source with paths as the plan says them. */
function relativeTo(beside: string, { source }: FoundImages): FoundImages["source"] {
  const from = (file?: string): string | undefined =>
    file === undefined ? undefined : path.relative(beside, file).split(path.sep).join("/") || ".";
  const { folder, zip, npz, labels, ...rest } = source;
  return {
    ...defined({ folder: from(folder), zip: from(zip), npz: from(npz), labels: from(labels) }),
    ...rest,
  };
}

/** Where one group's values spread more than this many times as far as another's, they are of different units or gains. */
const sameScale = 3;

function differingSpreads(set: ImageSet): PlanChoices["spreads"] {
  const spreads = groupSpreads(set);
  return spreads !== undefined && spreads.largest > sameScale * spreads.smallest
    ? spreads
    : undefined;
}

function tell(
  set: ImageSet,
  { counts, labelsPerClass, suggested, groups, spreads }: PlanChoices,
  { source }: FoundImages,
): string[] {
  const [height, width, channels] = set.shape;
  const classes = [...counts.classes].map(([name, count]) => `${name} ${count}`).join(", ");
  const bare =
    counts.unlabelled === 0 ? "" : `, ${counts.unlabelled} without a label (for pretraining)`;
  return [
    `${set.ids.length} images of ${width} x ${height} x ${channels}: ${classes}${bare}.`,
    ...(source.labels === undefined ? [] : [`Labels from ${path.basename(source.labels)}.`]),
    ...(suggested === undefined
      ? []
      : [
          `Names suggest ${suggested.groups} sources ("${suggested.example[0]}" from "${suggested.example[1]}"): the plan keeps the images of each together. If they are none, use --group none.`,
        ]),
    ...(groups < set.ids.length && groups < 6
      ? [`There are only ${groups} groups, so the test is on very few: more scans would tell more.`]
      : []),
    ...(spreads === undefined ? [] : [spreadsSay(spreads)]),
    `Budgets: ${labelsPerClass.join(", ")} labels a class.`,
  ];
}
