/** What the encoders tell together: table, sentence and figure. */
import * as path from "node:path";
import { figures } from "../../../src";
import { writeFileAtomically } from "../../../src/core";
import { correlate, coverage, type Correlation } from "./correlate";
import type { Measured } from "./encoders";
import { figureOf } from "./figure";

type Column = "excess" | "occlusion" | "few" | "validation" | "home" | "conflicting" | "surface" | "tip" | "noise"; // prettier-ignore

const outcomes = { surface: "an unseen surface", tip: "another tip", noise: "more noise", conflicting: "the cue the other way round", home: "home without a cue" } as const; // prettier-ignore
const foretellers = { excess: "evidence on the defect", occlusion: "occlusion", validation: "validation with the cue", home: "a clean test at home", few: "ten labelled images of that surface" } as const; // prettier-ignore

/** One line of the table. */
interface Line extends Correlation {
  readonly outcome: keyof typeof outcomes;
  readonly by: keyof typeof foretellers;
  readonly given: "nothing" | "kind of cue" | "method" | "validation" | "home";
}

/** Prints and writes everything; says so where there are too few encoders. */
export async function report(folder: string, kept: readonly Measured[]): Promise<void> {
  if (kept.length < 10) {
    console.log(`${kept.length} encoders: too few for correlations.`);
    return;
  }
  const recipes = recipesOf(kept);
  const lines = linesOf(kept, recipes);
  const held = coverageOf(recipes);
  const sentences = sentencesOf(kept, lines, held);
  console.log(tableText(lines), `\n${sentences.join("\n")}`);
  const file = (name: string): string => path.join(folder, name);
  writeFileAtomically(file("summary.csv"), summaryText(lines));
  writeFileAtomically(file("encoders.csv"), encodersText(kept));
  writeFileAtomically(file("sentences.txt"), `${sentences.join("\n")}\n`);
  await figures.exportFigure(figureOf(kept, sentences), file("attention"), ["svg", "png"]);
}

/** Encoders that differ by their seed only have one number. */
function recipesOf(kept: readonly Measured[]): number[] {
  const names = kept.map(({ method, view, cue }) => `${method} ${view} ${cue}`);
  const unique = [...new Set(names)];
  return names.map((name) => unique.indexOf(name));
}

function linesOf(kept: readonly Measured[], recipes: readonly number[]): Line[] {
  const column = (name: Column): number[] => kept.map((one) => one[name]);
  const within = (name: Column, by: "cue" | "method"): number[] =>
    kept.map((one) => rankWithin(kept, one, name, by));
  const line = (outcome: Line["outcome"], by: Line["by"], given: Line["given"]): Line => {
    const strata = given === "kind of cue" ? "cue" : given === "method" ? "method" : undefined;
    const [x, y] = [by, outcome].map((name) => (strata ? within(name, strata) : column(name)));
    const more = given === "validation" || given === "home" ? { given: column(given) } : {};
    return { outcome, by, given, ...correlate({ x, y, ...more, recipes }) };
  };
  const all = Object.keys(outcomes) as Line["outcome"][];
  return all.flatMap((outcome) => [
    ...(["nothing", "kind of cue", "method", "validation", "home"] as const)
      .filter((given) => given !== outcome)
      .map((given) => line(outcome, "excess", given)),
    ...(outcome === "home" ? [] : [line(outcome, "occlusion", "nothing"), line(outcome, "occlusion", "kind of cue"), line(outcome, "occlusion", "method"), line(outcome, "occlusion", "home"), line(outcome, "home", "nothing")]), // prettier-ignore
    line(outcome, "validation", "nothing"),
    ...(outcome === "surface" ? [line(outcome, "few", "nothing")] : []),
  ]);
}

/** Rank among the encoders of the same cue or method, from 0 to 1. */
function rankWithin(
  kept: readonly Measured[],
  one: Measured,
  name: Column,
  by: "cue" | "method",
): number {
  // prettier-ignore
  const others = kept.filter((other) => other[by] === one[by]);
  const below = others.filter((other) => other[name] < one[name]).length;
  const same = others.filter((other) => other[name] === one[name]).length;
  return (below + same / 2) / others.length;
}

/** How often intervals of this design hold the truth: the least and the most of the cases tried. */
function coverageOf(recipes: readonly number[]): readonly [number, number] {
  const shares = [0, 0.3, 0.6].flatMap((r) =>
    [0, 0.4, 0.8].flatMap((shared) =>
      [false, true].map((held) => coverage(recipes, { r, shared, held, repeats: 500 })),
    ),
  );
  return [Math.min(...shares), Math.max(...shares)];
}

const told = ({ value, low, high }: Correlation): string =>
  `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

/** What the numbers say; nothing here goes by a hope. */
function sentencesOf(
  kept: readonly Measured[],
  lines: readonly Line[],
  [least, most]: readonly [number, number],
): string[] {
  const find = (outcome: Line["outcome"], by: Line["by"], given: Line["given"]): Line => {
    const found = lines.find((l) => l.outcome === outcome && l.by === by && l.given === given);
    if (found === undefined) throw new Error(`no line ${outcome} ${by} ${given}`);
    return found;
  };
  const shows = ({ low, high }: Correlation): boolean => low > 0 || high < 0;
  const answer = (line: Line): string =>
    !shows(line)
      ? "beyond a clean test nothing shows"
      : line.value > 0
        ? "it foresees something beyond a clean test"
        : "beyond a clean test it goes the wrong way";
  const both = (by: Line["by"]): string => `${told(find("surface", by, "nothing"))}, given accuracy at home without a cue ${told(find("surface", by, "home"))}: ${answer(find("surface", by, "home"))}; among encoders of one method ${told(find("surface", by, "method"))}`; // prettier-ignore
  const chance = kept.filter(({ surface }) => surface > 0.6).length;
  const others = (["tip", "noise", "conflicting"] as const).map((outcome) => `${outcomes[outcome]} ${told(find(outcome, "excess", "nothing"))}, given a clean test ${told(find(outcome, "excess", "home"))}`); // prettier-ignore
  return [
    `Over ${kept.length} encoders, rank correlation of accuracy on an unseen surface with the exact evidence on the defect, less that of random networks: ${both("excess")}.`,
    `With the second metric, how far occlusion of the defect stands out of what filling alone does: ${both("occlusion")}.`,
    `A clean test at home itself foresees the unseen surface by ${told(find("surface", "home", "nothing"))}, validation with the cue by ${told(find("surface", "validation", "nothing"))}, ten labelled images of that surface by ${told(find("surface", "few", "nothing"))}.`,
    `Exact evidence and ${others.join("; ")}.`,
    `${chance} of ${kept.length} encoders tell more than 60 % of the unseen surface rightly.`,
    `One simulator, one question and one small architecture; accuracy at home comes from some 140 images, so that what it knows is held back only as far as they tell it.`,
    `Brackets: 95 % intervals by leaving out one recipe at a time (Fisher's z, Student's t); in simulated experiments of this design, 500 of each of 18 kinds, they held the truth in ${(100 * least).toFixed(0)} to ${(100 * most).toFixed(0)} %. The two answers were asked beforehand; the others are not corrected for their number.`,
  ];
}

function tableText(lines: readonly Line[]): string {
  return lines.map((line) => `${outcomes[line.outcome].padEnd(30)}${foretellers[line.by].padEnd(38)}given ${line.given.padEnd(14)}${told(line)}`).join("\n"); // prettier-ignore
}

/** The last two columns are correlation and half of the interval, as in every summary. */
function summaryText(lines: readonly Line[]): string {
  const rows = lines.map(({ outcome, by, given, value, low, high }) => [`${foretellers[by]}${given === "nothing" ? "" : `, given ${given}`}`, outcomes[outcome], low.toFixed(4), high.toFixed(4), value.toFixed(4), ((high - low) / 2).toFixed(4)]); // prettier-ignore
  const names = ["foretold by", "accuracy on", "low", "high", "rank correlation", "half width"];
  return `${[names, ...rows].map((row) => row.map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",")).join("\n")}\n`;
}

function encodersText(kept: readonly Measured[]): string {
  const names = Object.keys(kept[0]).filter((name) => name !== "id") as (keyof Measured)[];
  const cell = (value: string | number): string =>
    typeof value === "number" ? String(Number(value.toFixed(4))) : value;
  const rows = kept.map((one) => names.map((name) => cell(one[name])).join(","));
  return `${[names.join(","), ...rows].join("\n")}\n`;
}
