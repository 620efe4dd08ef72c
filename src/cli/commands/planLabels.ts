import * as path from "node:path";
import type { Command } from "commander";
import { defined, checkOneOf } from "../../core";
import { exportFigure, labelPlan } from "../../figures";
import { resultMetrics, type ResultMetric } from "../../metrics";
import { planStudy, planText, redrawnResults } from "../../study";
import { examples } from "../examples";

interface PlanLabelsOptions {
  readonly target: number;
  readonly method?: string;
  readonly metric: ResultMetric;
}

/** Adds `study plan-labels DIR --target 0.9`: how many labels a finished study's methods need for a score, with the back-test and a figure. */
export function planLabels(study: Command): void {
  study
    .command("plan-labels")
    .description("how many more labels for a score? from the curves of a finished study")
    .addHelpText("after", examples("study plan-labels runs/mine --target 0.9"))
    .argument("<folder>", "output folder of a study")
    .requiredOption("--target <score>", "the score that is wanted, for example 0.9", Number)
    .option("--method <name>", "method of the figure and the back-test; the best unless given")
    .option("--metric <name>", `one of ${resultMetrics.join(", ")}`, "balancedAccuracy")
    .action(async (folder: string, { target, method, metric }: PlanLabelsOptions) => {
      checkOneOf("metric", metric, resultMetrics);
      const results = redrawnResults(folder);
      const options = { target, metric, ...defined({ method }) };
      const planned = planStudy(results, options);
      console.log(planText(planned));
      const { shown } = planned;
      const figure = labelPlan(shown.plan, { metric, title: shown.method, notes: notes(planned) });
      const file = path.join(folder, "label-plan");
      await exportFigure(figure, file, ["html", "svg", "png", "json"]);
      console.log(`\nFigure: ${file}.html (also .svg, .png, .json)`);
    });
}

function notes({ onePretraining }: { readonly onePretraining: boolean }): string[] {
  return [
    "Shaded: 95 % range; rough beyond twice the labels, nothing beyond four times.",
    ...(onePretraining ? ["One pretraining: the ranges leave out what another would change."] : []),
  ];
}
