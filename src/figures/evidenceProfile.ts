import { defined } from "../core";
import type { EvidenceRow } from "./evidence";
import { fontSizes } from "./paperLayout";

/** Where the panels of one image lie, and on what scale. */
export interface EvidenceFrame {
  /** Of a pixel. */
  readonly scale: number;
  readonly unit: string;
  /** Largest evidence of all images. */
  readonly most: number;
  /** Parts of the plot's height. */
  readonly top: number;
  readonly bottom: number;
  /** Parts of the plot's width that each panel takes. */
  readonly left: readonly (readonly [from: number, to: number])[];
  /** Number of the first pair of axes. */
  readonly first: number;
}

/** Traces with their axes. */
export interface EvidencePart {
  readonly data: readonly object[];
  readonly axes: Readonly<Record<string, object>>;
}

/** The line with the most evidence: heights, evidence under them, and where it runs on the third panel. */
export function evidenceProfile(row: EvidenceRow, frame: EvidenceFrame): EvidencePart {
  const { scale, unit, most, top, bottom, left, first } = frame;
  const line = strongestLine(row);
  const x = Array.from({ length: row.width }, (_, i) => i * scale);
  const across = [-0.5 * scale, (row.width - 0.5) * scale];
  const trace = (n: number, values: ArrayLike<number>, more: object): object => {
    const { xaxis, yaxis } = axesAt(n);
    const y = x.map((_, i) => Number(values[line * row.width + i].toPrecision(5)));
    return { type: "scatter", mode: "lines", x, y, xaxis, yaxis, showlegend: false, ...more };
  };
  const marked = new Float64Array(row.width * row.height).fill(line * scale);
  const middle = bottom + 0.42 * (top - bottom);
  const [upper, lower] = [axesAt(first + 3), axesAt(first + 4)];
  const evidenceAxis = { ...smallAxis([bottom, middle], lower.xaxis, [-1.05 * most, 1.05 * most]), nticks: 3, zeroline: true, zerolinecolor: "#999" }; // prettier-ignore
  return {
    data: [
      trace(first + 2, marked, { line: { color: "#f0c000", width: 1.5, dash: "dot" }, hoverinfo: "skip" }), // prettier-ignore
      trace(first + 3, row.image, { line: { color: "black", width: 1.5 }, hovertemplate: `%{y} ${unit}<extra></extra>` }), // prettier-ignore
      trace(first + 4, row.evidence, { line: { color: "#2166AC", width: 1.2 }, fill: "tozeroy", fillcolor: "rgba(33,102,172,0.35)", hovertemplate: "%{y}<extra></extra>" }), // prettier-ignore
    ],
    axes: {
      [`xaxis${upper.name}`]: { ...smallAxis(left[3], upper.yaxis, across), showticklabels: false },
      [`yaxis${upper.name}`]: { ...smallAxis([middle + 0.1 * (top - bottom), top], upper.xaxis), nticks: 3 }, // prettier-ignore
      [`xaxis${lower.name}`]: smallAxis(left[3], lower.yaxis, across),
      [`yaxis${lower.name}`]: evidenceAxis,
    },
  };
}

/** The image's line with the largest sum of evidence of either sign. */
function strongestLine({ evidence, width, height }: EvidenceRow): number {
  const sums = Float64Array.from({ length: height }, (_, y) => {
    let sum = 0;
    for (let i = y * width; i < (y + 1) * width; i++) sum += Math.abs(evidence[i]);
    return sum;
  });
  return sums.indexOf(Math.max(...sums));
}

/** Names of the n-th pair of axes, from 1. */
export function axesAt(n: number): {
  readonly name: string;
  readonly xaxis: string;
  readonly yaxis: string;
} {
  // prettier-ignore
  const name = n === 1 ? "" : String(n);
  return { name, xaxis: `x${name}`, yaxis: `y${name}` };
}

/** An axis of a small panel. */
export function smallAxis(
  domain: readonly number[],
  anchor: string,
  range?: readonly number[],
): object {
  return {
    domain,
    anchor,
    ...defined({ range }),
    constrain: "domain",
    showgrid: false,
    zeroline: false,
    ticks: "outside",
    ticklen: 3,
    nticks: 4,
    tickfont: { size: fontSizes.note - 3 },
  };
}
