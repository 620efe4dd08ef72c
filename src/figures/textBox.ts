import type * as Canvas from "@napi-rs/canvas";
import { fontFiles } from "./fonts";
import { lineHeightEm } from "./text";

/** The part of an SVG element of jsdom that measuring needs; the DOM's own types would make browser names visible everywhere. */
export interface SvgNode {
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<SvgNode>;
  readonly parentNode: SvgNode | null;
  getAttribute?(name: string): string | null;
  readonly style?: { getPropertyValue(name: string): string };
}

/** A rectangle in pixels, as `getBBox` and `getBoundingClientRect` give it. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

type Context = ReturnType<Canvas.Canvas["getContext"]>;

// Ascent and descent of Arimo, as parts of the font size: the line box of a browser.
const ascent = 0.905;
const descent = 0.212;

/** A function that gives the box of a text or group of texts, which jsdom cannot: it has no layout. */
export function textMeasurer(canvas: typeof Canvas): (node: SvgNode) => Box {
  for (const file of fontFiles()) canvas.GlobalFonts.registerFromPath(file, "Arimo");
  const context = canvas.createCanvas(1, 1).getContext("2d");
  return (node) => toBox(nodeBox(context, node));
}

/** Left, top, right, bottom. */
type Edges = readonly [number, number, number, number];

function nodeBox(context: Context, node: SvgNode): Edges | undefined {
  if (node.nodeName === "text") return transformed(node, linesBox(context, node));
  if (node.nodeName !== "g" && node.nodeName !== "svg" && node.nodeName !== "a") return undefined;
  const boxes: Edges[] = [];
  for (const child of node.childNodes) {
    const box = nodeBox(context, child);
    if (box !== undefined) boxes.push(box);
  }
  return boxes.length === 0 ? undefined : transformed(node, union(boxes));
}

function linesBox(context: Context, text: SvgNode): Edges {
  const x = number(text, "x");
  const y = number(text, "y");
  const size = fontSize(text);
  const lines = [...text.childNodes].filter((child) => child.getAttribute?.("class") === "line");
  const anchor = property(text, "text-anchor");
  const boxes = (lines.length > 0 ? lines : [text]).map((line, i): Edges => {
    const width = textWidth(context, line);
    const left = x - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
    const baseline = y + i * lineHeightEm * size;
    return [left, baseline - ascent * size, left + width, baseline + descent * size];
  });
  return union(boxes);
}

function textWidth(context: Context, node: SvgNode): number {
  if (node.nodeName !== "#text") {
    return [...node.childNodes].reduce((sum, child) => sum + textWidth(context, child), 0);
  }
  const parent = node.parentNode ?? node;
  const style = property(parent, "font-style") === "italic" ? "italic " : "";
  const weight = /bold|[6-9]00/.test(property(parent, "font-weight")) ? "bold " : "";
  context.font = `${style}${weight}${fontSize(parent)}px Arimo`;
  return context.measureText(node.textContent ?? "").width;
}

/** In pixels; a percentage is of the parent's, as in sub- and superscripts. */
function fontSize(node: SvgNode): number {
  const own = ownProperty(node, "font-size");
  const parent = node.parentNode;
  if (own.endsWith("%")) return (parseFloat(own) / 100) * (parent === null ? 12 : fontSize(parent));
  if (own !== "") return parseFloat(own);
  return parent === null ? 12 : fontSize(parent);
}

function property(node: SvgNode, name: string): string {
  for (let at: SvgNode | null = node; at !== null; at = at.parentNode) {
    const own = ownProperty(at, name);
    if (own !== "") return own;
  }
  return "";
}

const ownProperty = (node: SvgNode, name: string): string =>
  node.style?.getPropertyValue(name) || (node.getAttribute?.(name) ?? "");

const number = (node: SvgNode, name: string): number =>
  parseFloat(node.getAttribute?.(name) ?? "") || 0;

function transformed(node: SvgNode, edges: Edges): Edges {
  const transform = node.getAttribute?.("transform") ?? "";
  const steps = [...transform.matchAll(/(\w+)\(([^)]*)\)/g)].reverse();
  return steps.reduce((box, [, kind, list]) => {
    const values = list.split(/[\s,]+/).map(Number);
    return union(corners(box).map((point) => pointBox(applyStep(kind, values, point))));
  }, edges);
}

type Point = readonly [x: number, y: number];

function applyStep(kind: string, values: readonly number[], [x, y]: Point): Point {
  const [a = 0, b = 0, c = 0] = values;
  if (kind === "translate") return [x + a, y + b];
  if (kind === "scale") return [x * a, y * (values.length > 1 ? b : a)];
  if (kind !== "rotate") return [x, y];
  const angle = (a * Math.PI) / 180;
  const [dx, dy] = [x - b, y - c];
  return [
    b + dx * Math.cos(angle) - dy * Math.sin(angle),
    c + dx * Math.sin(angle) + dy * Math.cos(angle),
  ];
}

const corners = ([left, top, right, bottom]: Edges): Point[] => [
  [left, top],
  [right, top],
  [left, bottom],
  [right, bottom],
];

const pointBox = ([x, y]: Point): Edges => [x, y, x, y];

const union = (boxes: readonly Edges[]): Edges => [
  Math.min(...boxes.map((box) => box[0])),
  Math.min(...boxes.map((box) => box[1])),
  Math.max(...boxes.map((box) => box[2])),
  Math.max(...boxes.map((box) => box[3])),
];

function toBox([left, top, right, bottom]: Edges = [0, 0, 0, 0]): Box {
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}
