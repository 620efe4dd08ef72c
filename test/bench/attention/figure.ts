import type { Figure } from "../../../src/core";
import { seriesStyle } from "../../../src/figures/palette";
import { paperAxis, paperLayout } from "../../../src/figures/paperLayout";
import type { Measured } from "./encoders";
import { cues } from "./sets";

const names = { none: "no cue", corner: "mark in the corner", lines: "jumping lines" } as const;
const panels = [
  { outcome: "home", title: "accuracy at home (%)" },
  { outcome: "surface", title: "on an unseen surface (%)" },
] as const;
const symbols = {
  supervised: "circle",
  "few labels": "square",
  prototypical: "triangle-up",
} as const;

/** An encoder a point: accuracy at home and on an unseen surface against the evidence on the defect. */
export function figureOf(kept: readonly Measured[], sentences: readonly string[]): Figure {
  const shown = cues.map((cue) => names[cue]);
  const data = panels.flatMap(({ outcome }, p) =>
    cues.map((cue, c) => {
      const own = kept.filter((one) => one.cue === cue);
      return {
        type: "scatter",
        mode: "markers",
        name: names[cue],
        showlegend: p === 0,
        legendgroup: cue,
        x: own.map(({ excess }) => Number(excess.toFixed(4))),
        y: own.map((one) => Number((100 * one[outcome]).toFixed(2))),
        text: own.map(({ id }) => id),
        marker: {
          size: 9,
          color: seriesStyle(c).colour,
          symbol: own.map(({ method }) => symbols[method]),
          line: { color: "white", width: 1 },
        },
        hovertemplate: "%{text}: %{y:.1f} %<extra></extra>",
        ...(p === 0 ? {} : { xaxis: "x2", yaxis: "y2" }),
      };
    }),
  );
  const layout = paperLayout({
    title: "Does attention foresee how an encoder carries over?",
    notes: [
      ...sentences,
      "Circles: supervised; squares: supervised by 60 labels; triangles: prototypical networks.",
    ],
    width: 900,
    plotHeight: 340,
    legend: shown,
  });
  const x = "evidence on the defect (excess)";
  return {
    data,
    layout: {
      ...layout,
      xaxis: paperAxis(x, { domain: [0, 0.44], anchor: "y" }),
      xaxis2: paperAxis(x, { domain: [0.56, 1], anchor: "y2" }),
      yaxis: paperAxis(panels[0].title, { range: [30, 101], anchor: "x" }),
      yaxis2: paperAxis(panels[1].title, { range: [30, 101], anchor: "x2" }),
    },
  };
}
