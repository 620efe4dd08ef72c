import { InputError } from "../core";
import { legendName } from "./legendName";
import { seriesStyle } from "./palette";
import { escapeText, round } from "./text";

/** Something to mark on a scan; what `scans.detect` finds is of this kind. Lengths in nm, from the top left corner. */
export interface MarkedFeature {
  readonly xNm: number;
  readonly yNm: number;
  /** Size of the box around it. @default a fiftieth of the frame */
  readonly widthNm?: number;
  readonly heightNm?: number;
  /** Above its surroundings, in the unit of the channel. */
  readonly height?: number;
  readonly areaNm2?: number;
  /** More lines under the mouse, for example from `explain.featureWords`. */
  readonly words?: readonly string[];
}

/** A box around each feature, one colour and dash for each class, and what is known of it under the mouse. */
export function scanFeatures(
  features: readonly MarkedFeature[],
  classes: readonly string[] | undefined,
  sizeNm: readonly [number, number],
  inUnit: (height: number) => string,
  width?: number,
): object[] {
  if (classes !== undefined && classes.length !== features.length) {
    throw new InputError({
      got: `${classes.length} classes for ${features.length} features`,
      expected: "one class for each feature",
      todo: "Give classes in the order of the features.",
    });
  }
  const names = [...new Set(classes ?? [""])].sort();
  return names.flatMap((name, i) => {
    const members = features.flatMap((feature, k) =>
      classes === undefined || classes[k] === name ? [{ feature, number: k + 1 }] : [],
    );
    if (members.length === 0) return [];
    const boxes = members.map(({ feature }) => boxAround(feature, sizeNm));
    const { colour, dash } = featureStyle(i);
    return [
      {
        type: "scatter",
        mode: "lines",
        name: legendName(name, width),
        showlegend: classes !== undefined,
        legendgroup: `class ${i}`,
        x: boxes.flatMap(([x0, x1]) => [x0, x1, x1, x0, x0, null]),
        y: boxes.flatMap(([, , y0, y1]) => [y0, y0, y1, y1, y0, null]),
        line: { color: colour, width: 2, dash },
        hoverinfo: "skip",
      },
      {
        type: "scatter",
        mode: "markers",
        showlegend: false,
        legendgroup: `class ${i}`,
        x: members.map(({ feature }) => round(feature.xNm)),
        y: members.map(({ feature }) => round(feature.yNm)),
        marker: { size: 12, opacity: 0, color: colour },
        text: members.map(({ feature, number }) => describe(feature, number, name, inUnit)),
        hovertemplate: "%{text}<extra></extra>",
      },
    ];
  });
}

/** Blue, the first colour of the series, is lost on dark grey; orange and light blue are not. */
function featureStyle(index: number): { colour: string; dash: string } {
  const bright = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#F0E442", "#0072B2"];
  return { colour: bright[index % bright.length], dash: seriesStyle(index).dash };
}

function boxAround(
  { xNm, yNm, widthNm = 0, heightNm = 0 }: MarkedFeature,
  [across, along]: readonly [number, number],
): [number, number, number, number] {
  const least = 0.02 * Math.max(across, along);
  // A little room, so that the line does not cover what it marks.
  const [x, y] = [Math.max(least, 1.3 * widthNm) / 2, Math.max(least, 1.3 * heightNm) / 2];
  return [
    round(Math.max(0, xNm - x)),
    round(Math.min(across, xNm + x)),
    round(Math.max(0, yNm - y)),
    round(Math.min(along, yNm + y)),
  ];
}

function describe(
  feature: MarkedFeature,
  number: number,
  name: string,
  inUnit: (height: number) => string,
): string {
  const { height, areaNm2, words = [] } = feature;
  return [
    `${number}${name === "" ? "" : `: ${escapeText(name)}`}`,
    ...(height === undefined ? [] : [inUnit(height)]),
    ...(areaNm2 === undefined ? [] : [`${Number(areaNm2.toPrecision(3))} nm²`]),
    ...words.map(escapeText),
  ].join("<br>");
}
