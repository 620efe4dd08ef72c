import { canonicalJson, type Figure } from "../core";
import { plainFigure } from "./plainFigure";

/** A figure as plotly JSON with sorted keys, so that equal figures give equal text. */
export function toJson(figure: Figure): string {
  const { data, layout } = plainFigure(figure);
  return `${canonicalJson({ data, layout }, 1)}\n`;
}
