import type { Command } from "commander";
import { defaultLabelSeconds } from "../../figures";
import { report } from "../../study";
import { examples } from "../examples";

interface ReportWords {
  readonly out?: string;
  readonly secondsPerLabel: number;
  readonly labels?: number;
  readonly target?: number;
}

/** Adds `study report DIR`: one page with figures, tables, plan, audit and a methods paragraph. */
export function studyReport(study: Command): void {
  study
    .command("report")
    .description("make one page of a study: figures, tables, plan, audit, methods paragraph")
    .addHelpText("after", examples("study report runs/mine"))
    .argument("<folder>", "output folder of a study")
    .option("--out <folder>", "where to put it; the folder report in the study's unless given")
    .option(
      "--seconds-per-label <n>",
      "what an expert needs for a label",
      Number,
      defaultLabelSeconds,
    ) // prettier-ignore
    .option(
      "--labels <n>",
      "budget of calibration, risk and recall; the largest unless given",
      Number,
    ) // prettier-ignore
    .option("--target <score>", "score to plan labels for, for example 0.9", Number)
    .action(async (folder: string, { labels, ...words }: ReportWords) => {
      const { page, files, methods, result } = await report(folder, { ...words, labelsPerClass: labels }); // prettier-ignore
      console.log(`${methods}\n${result === "" ? "" : `\n${result}\n`}`);
      console.log(`Page: ${page} (one file; ${files.length - 1} figures, tables and texts lie beside it)`); // prettier-ignore
    });
}
