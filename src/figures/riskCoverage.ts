import { InputError, type Figure } from "../core";
import { legendName } from "./legendName";
import { seriesStyle } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { round } from "./text";

/** The errors of one classifier among what it is most certain of. */
export interface RiskRun {
  readonly name: string;
  /** Share of errors in [0,1] among the most certain 1/n, 2/n ... n/n of the images, such as `metrics.riskCoverage` gives. [n] */
  readonly risks: ArrayLike<number>;
}

/**
 * Share of errors against coverage, the share of images that a classifier is asked about when it may pass on those that it is
 * least certain of. In the legend the area under each curve; 0 is perfect.
 * @throws InputError if there is no run, or one without a risk in [0,1]
 * @see Geifman & El-Yaniv 2017, "Selective Classification for Deep Neural Networks", arXiv:1705.08500
 */
export function riskCoverage(runs: readonly RiskRun[], options: FigureOptions = {}): Figure {
  const wrong = runs.find(
    ({ risks }) => risks.length === 0 || Array.from(risks).some((risk) => !(risk >= 0 && risk <= 1)), // prettier-ignore
  );
  if (runs.length === 0 || wrong !== undefined) {
    throw new InputError({
      got: wrong === undefined ? "no run" : `"${wrong.name}" without risks in [0,1]`,
      expected: "at least one share of errors of each run",
      todo: "Make them with metrics.riskCoverage(probabilities, labels).risks.",
    });
  }
  const names = runs.map(({ name, risks }) => `${name} (${(100 * mean(risks)).toFixed(1)} %)`);
  const highest = Math.max(...runs.flatMap(({ risks }) => Array.from(risks)));
  return {
    data: runs.map(({ name, risks }, i) => {
      const { colour, dash } = seriesStyle(i);
      const n = risks.length;
      return {
        type: "scatter",
        mode: "lines",
        name: legendName(names[i], options.width),
        legendgroup: name,
        x: Array.from(risks, (_, at) => round((100 * (at + 1)) / n)),
        y: Array.from(risks, (risk) => round(100 * risk)),
        line: { color: colour, width: 2.5, dash },
        hovertemplate: "%{y:.1f} % wrong of %{x:.0f} % told<extra></extra>",
      };
    }),
    layout: {
      ...paperLayout({ right: 28, ...options, left: 80, plotHeight: 300, legend: names }),
      xaxis: paperAxis("coverage: most certain images (%)", { range: [0, 100], dtick: 20 }),
      yaxis: paperAxis("errors among them (%)", { range: [0, round(Math.max(1, 105 * highest))] }),
    },
  };
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
