import { checkOneOf, type Figure } from "../core";
import { legendSymbol } from "./legendName";
import { transparent } from "./palette";
import { relaidNotes } from "./paperLayout";

/**
 * What a figure is for. "paper": white, as wide as a column. "slides": 16 to 9, with letters and lines that can be read from the last row. "dark": light
 * letters and lines on a dark ground, as beside a dark notebook.
 */
export type FigureTheme = "paper" | "slides" | "dark";

const themes: readonly FigureTheme[] = ["paper", "slides", "dark"];

/**
 * The same figure for another use; what it shows stays the same.
 * @throws InputError if there is no such theme
 */
export function themed(figure: Figure, theme: FigureTheme = "paper"): Figure {
  checkOneOf("theme", theme, themes);
  if (theme === "slides") return forSlides(figure);
  return theme === "dark" ? inTheDark(figure) : figure;
}

type Fields = Readonly<Record<string, unknown>>;

interface Layout extends Fields {
  readonly width?: number;
  readonly height?: number;
  readonly margin?: Readonly<Record<"l" | "r" | "t" | "b", number>>;
  readonly showlegend?: boolean;
  readonly legend?: Fields & Readonly<Partial<Record<"x" | "entrywidth" | "maxheight", number>>>;
  readonly title?: Fields & { readonly pad?: { readonly l?: number; readonly t?: number } };
}

/** A slide's form, and its height in pixels of the figure: with letters of 18, as large as 20 points on a slide of 7.5 inches. */
const slideForm = 16 / 9;
const slideHeight = 480;
/** Pixels of the plot that a slide keeps at least, whatever legend and notes take. */
const leastPlot = 250;

function forSlides(figure: Figure): Figure {
  const layout = figure.layout as Layout;
  const { margin, width = 600, height = 450 } = layout;
  if (margin === undefined) {
    const [wide, tall] = slideSize(slideHeight);
    return { data: figure.data, layout: { ...layout, width: wide, height: tall } };
  }
  return isStretchable(figure)
    ? stretched(figure, layout, margin, width)
    : framed(figure, layout, margin, width, height);
}

/** Width and height of a slide that is at least as high, in whole pixels. */
function slideSize(height: number): readonly [width: number, height: number] {
  const parts = Math.ceil(height / 9);
  return [16 * parts, 9 * parts];
}

/** Pixels of the rows that a legend no longer needs where more entries stand beside each other. */
function legendRoomSaved(figure: Figure, before: number, after: number): number {
  const { legend, showlegend } = figure.layout as Layout;
  const names = (figure.data as readonly Fields[])
    .filter((trace) => trace["showlegend"] !== false)
    .map((trace) => String(trace["name"]));
  const { entrywidth, maxheight } = legend ?? {};
  if (showlegend !== true || entrywidth === undefined || maxheight === undefined) return 0;
  // Entries of several lines make rows of several heights.
  if (names.some((name) => name.includes("<br>"))) return 0;
  const rows = (width: number): number =>
    Math.ceil(names.length / Math.max(1, Math.floor(width / (entrywidth + legendSymbol))));
  return Math.floor((maxheight - 8) * (1 - rows(after) / rows(before)));
}

/** Whether it shows a picture, whose colours are its data. */
const isPictured = ({ data, layout }: Figure): boolean =>
  (layout as Fields)["images"] !== undefined ||
  data.some((trace) => /heatmap|image/.test(String((trace as Fields)["type"])));

/** Whether its axes may become longer: not those of pictures, whose pixels have a form. */
function isStretchable(figure: Figure): boolean {
  const axes = Object.entries(figure.layout as Fields).filter(([key]) => /^[xy]axis\d*$/.test(key));
  return (
    !isPictured(figure) && axes.every(([, axis]) => (axis as Fields)["scaleanchor"] === undefined)
  );
}

function stretched(
  figure: Figure,
  layout: Layout,
  margin: NonNullable<Layout["margin"]>,
  width: number,
): Figure {
  const [least] = slideSize(slideHeight);
  const { annotations, saved } = relaidNotes(layout["annotations"], least);
  const rows = legendRoomSaved(figure, width - margin.r, least - margin.r);
  const kept = { ...margin, t: margin.t - rows, b: margin.b - saved };
  const [wide, height] = slideSize(Math.max(slideHeight, kept.t + kept.b + leastPlot));
  const [before, after] = [width, wide].map((all) => all - margin.l - margin.r);
  const { legend } = layout;
  return {
    data: figure.data,
    layout: {
      ...layout,
      width: wide,
      height,
      margin: kept,
      annotations,
      ...(legend?.x === undefined ? {} : { legend: { ...legend, x: (legend.x * before) / after } }),
    },
  };
}

/** The figure as it is, in the middle of a slide. */
function framed(
  figure: Figure,
  layout: Layout,
  margin: NonNullable<Layout["margin"]>,
  width: number,
  height: number,
): Figure {
  const [wide, tall] = slideSize(Math.max(height, width / slideForm));
  const side = Math.floor((wide - width) / 2);
  const above = Math.floor((tall - height) / 2);
  const { l, r, t, b } = margin;
  const { title } = layout;
  return {
    data: figure.data,
    layout: {
      ...layout,
      width: wide,
      height: tall,
      margin: {
        ...margin,
        l: l + side,
        r: r + (wide - width - side),
        t: t + above,
        b: b + (tall - height - above),
      },
      ...(title === undefined
        ? {}
        : {
            title: {
              ...title,
              pad: { l: (title.pad?.l ?? 0) + side, t: (title.pad?.t ?? 0) + above },
            },
          }),
    },
  };
}

/** Light colours for dark ones. Those of series keep their hue, and are as bright as they have to be on a dark ground. */
const inverted: Readonly<Record<string, string>> = {
  white: "#161616",
  "#ffffff": "#161616",
  black: "#ececec",
  "#000000": "#ececec",
  "#404040": "#c4c4c4",
  "#767676": "#9a9a9a",
  "#b8b8b8": "#6e6e6e",
  "#e6e6e6": "#3a3a3a",
  "#0072b2": "#3f9fe0",
  "#d55e00": "#f0803c",
  "#009e73": "#2fc498",
  "#cc79a7": "#e29ac3",
  "#e69f00": "#f2b632",
  "#56b4e9": "#8ccdf2",
};

/** What plotly takes where a layout says nothing. */
const white = { paper_bgcolor: "white", plot_bgcolor: "white", font: { color: "black" } };

function inTheDark(figure: Figure): Figure {
  const pictured = isPictured(figure);
  const layout = figure.layout as Layout;
  // What lies on a picture was chosen for it, as its colours were.
  const kept = (parts: unknown): unknown =>
    (parts as readonly Fields[] | undefined)?.map((part) =>
      pictured && isOnData(part) ? part : recoloured(part),
    );
  const { shapes, annotations, ...others } = layout;
  return {
    data: pictured ? figure.data : figure.data.map((trace) => recoloured(trace) as object),
    layout: {
      ...(recoloured({ ...white, ...others }) as object),
      // Seen where a picture has no value, and between its parts.
      ...(pictured ? { plot_bgcolor: layout["plot_bgcolor"] ?? "white" } : {}),
      ...(shapes === undefined ? {} : { shapes: kept(shapes) }),
      ...(annotations === undefined ? {} : { annotations: kept(annotations) }),
    },
  };
}

/** Whether both its places are told in values of axes. */
const isOnData = ({ xref = "x", yref = "y" }: Fields): boolean =>
  String(xref).startsWith("x") && String(yref).startsWith("y");

/** Colours stand under names that end so; a scale of colours does not. */
function recoloured(value: unknown, key = ""): unknown {
  if (typeof value === "string") return /color$/.test(key) ? darkColour(value) : value;
  if (Array.isArray(value)) return value.map((one) => recoloured(one, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [name, recoloured(inside, name)]),
  );
}

function darkColour(colour: string): string {
  const parts = /^rgba\((\d+),(\d+),(\d+),([\d.]+)\)$/.exec(colour)?.slice(1).map(Number);
  if (parts === undefined) return inverted[colour.toLowerCase()] ?? colour;
  const hex = `#${parts
    .slice(0, 3)
    .map((part) => part.toString(16).padStart(2, "0"))
    .join("")}`;
  const other = inverted[hex];
  return other === undefined ? colour : transparent(other, parts[3]);
}
