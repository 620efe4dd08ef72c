import type { Figure } from "../../../src/core";
import { seriesStyle } from "../../../src/figures/palette";
import { paperAxis, paperLayout } from "../../../src/figures/paperLayout";
import type { Measured } from "./encoders";
import { cues } from "./sets";

const names = { none: "no cue", corner: "mark in the corner", lines: "jumping lines" } as const;
const panels = [
  { by: "home", title: "accuracy at home, no cue (%)", scale: 100 },
  { by: "excess", title: "evidence on the defect", scale: 1 },
  { by: "occlusion", title: "occlusion of the defect (z)", scale: 1 },
] as const;
const symbols = {
  supervised: "circle",
  "few labels": "square",
  prototypical: "triangle-up",
} as const;

/** An encoder a point: accuracy on an unseen surface against what may foresee it. */
export function figureOf(kept: readonly Measured[], sentences: readonly string[]): Figure {
  const shown = cues.map((cue) => names[cue]);
  const axes: Record<string, object> = {};
  const data = panels.flatMap(({ by, title, scale }, p) => {
    const n = p === 0 ? "" : String(p + 1);
    const from = p * 0.35;
    axes[`xaxis${n}`] = paperAxis(title, { domain: [from, from + 0.3], anchor: `y${n}` });
    axes[`yaxis${n}`] = paperAxis(p === 0 ? "on an unseen surface (%)" : "", { range: [42, 100], anchor: `x${n}` }); // prettier-ignore
    return cues.map((cue, c) => {
      const own = kept.filter((one) => one.cue === cue);
      return {
        type: "scatter",
        mode: "markers",
        name: names[cue],
        showlegend: p === 0,
        legendgroup: cue,
        x: own.map((one) => Number((scale * one[by]).toFixed(3))),
        y: own.map(({ surface }) => Number((100 * surface).toFixed(2))),
        text: own.map(({ id }) => id),
        marker: {
          size: 9,
          color: seriesStyle(c).colour,
          symbol: own.map(({ method }) => symbols[method]),
          line: { color: "white", width: 1 },
        },
        hovertemplate: "%{text}: %{y:.1f} %<extra></extra>",
        xaxis: `x${n}`,
        yaxis: `y${n}`,
      };
    });
  });
  const layout = paperLayout({
    title: "Does attention foresee how an encoder carries over?",
    notes: [...sentences, "Circles: supervised; squares: supervised by 60 labels; triangles: prototypical networks."], // prettier-ignore
    width: 1000,
    plotHeight: 300,
    legend: shown,
  });
  return { data, layout: { ...layout, ...axes } };
}
