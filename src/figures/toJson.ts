import { canonicalJson, type Figure } from "../core";

/** A figure as plotly JSON with sorted keys, so that equal figures give equal text. */
export function toJson(figure: Figure): string {
  return `${canonicalJson({ data: figure.data, layout: figure.layout }, 1)}\n`;
}
