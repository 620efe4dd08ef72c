import type { ImageSource } from "../../catalog";
import type { GroupSuggestion } from "../../formats";

/** What a proposed plan says. */
export interface PlanChoices {
  readonly name: string;
  readonly data: ImageSource;
  readonly counts: { readonly classes: ReadonlyMap<string, number>; readonly unlabelled: number };
  readonly split?: { readonly test: number };
  readonly labelsPerClass: readonly number[];
  readonly draws: number;
  readonly epochs: number;
  readonly steps: number;
  readonly colour: boolean;
  readonly suggested?: GroupSuggestion;
  /** Standard deviations of the values of two groups, where these differ much. */
  readonly spreads?: { readonly smallest: number; readonly largest: number };
  readonly groups: number;
  readonly quick: boolean;
}

/** A plan as JSON with comments. */
export function planText(choices: PlanChoices): string {
  const { name, data, split, labelsPerClass, draws, epochs, steps } = choices;
  const views = choices.colour ? { photo: {} } : { grey: { turns: true } };
  const simclr = `"pretrain": ${json({ simclr: { epochs, views } })}`;
  const lines = [
    "{",
    `  "name": ${json(name)},`,
    ...comment(imagesSay(choices)),
    ...(choices.spreads === undefined ? [] : comment(spreadsSay(choices.spreads))),
    `  "data": ${json(choices.spreads === undefined ? data : { ...data, standardise: "group" })},`,
    ...comment(splitSays(choices)),
    ...(split === undefined ? [] : [`  "split": ${json(split)},`]),
    ...comment(
      "Label budgets, each drawn anew so many times; all methods get the same labels. More draws narrow the bands.",
    ),
    `  "labelsPerClass": ${json(labelsPerClass)},`,
    `  "draws": ${draws},`,
    `  "seed": 1,`,
    `  "threads": 2,`,
    ...(choices.quick
      ? [`  "notes": ["Very short trainings, to see that all goes through: no result."],`]
      : []),
    ...comment(
      choices.quick
        ? "Very short trainings. Write the plan again without --quick before you believe in a number."
        : `What is compared. SimCLR learns from images without labels; "turns" says that a turned image shows the same: leave it out if that is not so.`,
    ),
    `  "methods": [`,
    `    { "name": "SimCLR + logistic", ${simclr}, "classify": { "logisticRegression": {} } },`,
    ...comment(
      "The baseline must be trained long enough: try more steps and other step sizes (learningRate) before you believe in a saving.",
      "    ",
    ),
    `    {`,
    `      "name": "from scratch",`,
    `      "pretrain": { "none": {} },`,
    `      "classify": ${json({ fineTune: { steps } })}`,
    `    },`,
    `    { "name": "pixels + logistic", "pretrain": { "pixels": {} }, "classify": { "logisticRegression": {} } }`,
    `  ]`,
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** Why each group is brought to one scale. */
export function spreadsSay({ smallest, largest }: NonNullable<PlanChoices["spreads"]>): string {
  const told = [smallest, largest].map((value) => Number(value.toPrecision(2)));
  return `Values spread by ${told[0]} in one group and by ${told[1]} in another, as of other units or gains: "standardise": "group" brings each group to one scale.`;
}

function imagesSay({ counts, suggested, data }: PlanChoices): string {
  const classes = [...counts.classes].map(([name, count]) => `${name} ${count}`).join(", ");
  const bare =
    counts.unlabelled === 0
      ? ""
      : ` ${counts.unlabelled} images without a label take part in pretraining.`;
  const groups =
    suggested === undefined
      ? data.group === undefined && data.groupColumn === undefined
        ? ' Say "group": { "pattern": "(.*)_\\\\d+$" } if several images come from one scan.'
        : ""
      : ` Names suggest ${suggested.groups} sources, which "group" keeps together: "${suggested.example[0]}" from "${suggested.example[1]}". If they are none: "group": "file".`;
  return `${classes}.${bare}${groups}`;
}

function splitSays({ split, groups }: PlanChoices): string {
  if (split === undefined) return "The test is the set's own.";
  return `The share of the ${groups} groups that the test is taken from; nothing learns from them. Or name some: { "testGroups": ["..."] }.`;
}

/** JSON on one line, with blanks as people write it. */
function json(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}: ${json(each)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Comment lines of at most a hundred characters. */
function comment(text: string, indent = "  "): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length > 96) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}// ${each}`);
}
