import type { Figure } from "../core";

/**
 * A figure whose typed arrays, anywhere in data and layout, are plain arrays: JSON makes objects of typed arrays, which plotly
 * cannot read, and would draw nothing. Plotly's own form of them, `{ dtype, bdata }`, stays.
 */
export function plainFigure(figure: Figure): Figure {
  return {
    ...figure,
    data: figure.data.map(plain) as object[],
    layout: plain(figure.layout) as object,
  };
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  if (Array.isArray(value)) return value.map(plain);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
