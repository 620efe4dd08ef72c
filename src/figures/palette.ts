/** How one series looks: told apart by colour, and in grey by marker and dashes. */
export interface SeriesStyle {
  readonly colour: string;
  /** Plotly's marker symbol. */
  readonly symbol: string;
  /** Plotly's dash of the line. */
  readonly dash: string;
}

/**
 * Colours that colour-blind readers can tell apart; yellow is left out, since it is lost on white.
 * @see Okabe & Ito 2008, "Color universal design"
 */
const okabeIto = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

const symbols = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "triangle-down",
  "cross",
  "x",
  "circle-open",
  "square-open",
  "triangle-up-open",
  "diamond-open",
  "triangle-down-open",
];

const dashes = ["solid", "10px,3px", "2px,2px", "8px,3px,2px,3px"];

/** The look of the series at this place; repeats after 84. */
export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: okabeIto[index % okabeIto.length],
    symbol: symbols[index % symbols.length],
    dash: dashes[index % dashes.length],
  };
}

/** A colour "#rrggbb" with an opacity in [0,1]. */
export function transparent(colour: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

/** Grey of what stands behind the data. */
export const quiet = "#767676";

/** White to Okabe and Ito's blue and on to dark, so that it rises evenly in grey too. */
export const blues: readonly (readonly [number, string])[] = [
  [0, "#ffffff"],
  [0.5, "#7fb8d8"],
  [1, "#004a75"],
];
