import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileIfChanged, type Figure, type Result } from "../core";
import { exportFigure, labelEfficiency, toJson } from "../figures";
import type { Plan } from "./plan";
import { savings } from "./savings";
import { referenceMethods } from "./referenceMethods";
import { savingsText } from "./savingsText";
import { differencesCsv, statisticsText } from "./statisticsText";
import { resultsCsv, summarise, summaryCsv, summaryTable } from "./summary";

/** What is written of a study's results. */
export interface Report {
  readonly table: string;
  /** What each method saves against the baseline, in words; empty where there is nothing to compare. */
  readonly savings: string;
  readonly figure: Figure;
}

/** Writes tables and figure of a study's results into its folder, where they are not there already. */
export async function writeReport(
  folder: string,
  plan: Plan,
  notes: readonly string[],
  results: readonly Result[],
): Promise<Report> {
  const metric = plan.metric ?? "balancedAccuracy";
  // Every trial has failed: there is nothing to draw, and the failures tell why.
  if (results.length === 0) return { table: "", savings: "", figure: { data: [], layout: {} } };
  const rows = summarise(results, metric);
  const table = summaryTable(rows);
  const baseline = plan.baseline ?? defaultBaseline(plan);
  const compared = savings(results, baseline, metric);
  const classes = (results[0] as { classNames?: readonly string[] }).classNames?.length ?? 1;
  const chance = plan.chance ?? 1 / classes;
  const figure = labelEfficiency(results, { title: plan.name, metric, notes, chance });
  const told = savingsText(compared);
  const file = (name: string): string => path.join(folder, name);
  writeFileIfChanged(file("results.csv"), resultsCsv(results));
  writeFileIfChanged(file("summary.csv"), summaryCsv(rows, metric));
  const references = referenceMethods(results, baseline, metric).map(({ name }) => name);
  writeFileIfChanged(file("statistics.txt"), `${statisticsText(results, references, metric)}\n`);
  writeFileIfChanged(file("differences.csv"), differencesCsv(results, references, metric));
  const drawn = toJson(figure);
  const json = file("label-efficiency.json");
  // A page of megabytes and a picture take seconds to make: only when the figure has changed.
  const upToDate =
    fs.existsSync(json) &&
    fs.readFileSync(json, "utf8") === drawn &&
    ["html", "svg", "png"].every((format) => fs.existsSync(file(`label-efficiency.${format}`)));
  if (!upToDate) {
    // The JSON last: it tells that the others are there.
    await exportFigure(figure, file("label-efficiency"), ["html", "svg", "png", "json"]);
  }
  if (told !== "") writeFileIfChanged(file("label-savings.txt"), `${told}\n`);
  return { table, savings: told, figure };
}

/** The method that savings are counted against where a plan names none. */
export function defaultBaseline({ methods }: Plan): string {
  const names = methods.map((method) => method.name);
  return names.includes("from scratch") ? "from scratch" : names[names.length - 1];
}
