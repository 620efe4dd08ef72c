import { checkOneOf, InputError, type Figure } from "../core";
import { blues } from "./palette";
import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { escapeText, round, shortenText, textWidth } from "./text";

/** What `confusionMatrix` draws. */
export interface ConfusionMatrixOptions extends FigureOptions {
  /** "true": share of each true class, its row; "none": counts. @default "true" */
  readonly normalise?: "true" | "none";
  /** What the rows are. @default "true class" */
  readonly rows?: string;
  /** What the columns are. @default "predicted class" */
  readonly columns?: string;
}

/**
 * Which classes are taken for which: a row for each true class, a column for each predicted one.
 * @param matrix counts, rows true, as `metrics.confusion` gives them
 * @throws InputError if there is not one name for each row and column
 */
export function confusionMatrix(
  matrix: readonly (readonly number[])[],
  classNames: readonly string[],
  options: ConfusionMatrixOptions = {},
): Figure {
  const {
    normalise = "true",
    width = 600,
    rows = "true class",
    columns = "predicted class",
  } = options;
  checkOneOf("normalise", normalise, ["true", "none"]);
  const classes = classNames.length;
  if (classes === 0 || matrix.length !== classes || matrix.some((row) => row.length !== classes)) {
    throw new InputError({
      got: `${classes} class names for a matrix of ${matrix.length} rows`,
      expected: "one name for each row and each column",
      todo: "Pass the class names of the set that was scored.",
    });
  }
  const labels = cellLabels(matrix, normalise);
  const frame = frameOf(classNames, labels, width);
  const { cell, size, upright, left, right, bottom } = frame;
  const side = round(cell * classes, 2);
  const meaning = normalise === "true" ? "Percent of the true class (row)." : "Number of images.";
  const layout = paperLayout({
    ...options,
    notes: [meaning, ...(options.notes ?? [])],
    width: Math.max(minimalWidth, round(left + side + right, 2)),
    plotHeight: side,
    left,
    right: Math.max(right, minimalWidth - left - side),
    bottom,
  });
  const names = classNames.map(escapeText);
  const axis = classAxis(
    classNames.map((name) => shortName(name, width)),
    cell,
  );
  const edges = [-0.5, classes - 0.5];
  return {
    data: [heatmap(matrix, names, normalise, size === undefined)],
    layout: {
      ...layout,
      annotations: [
        ...(layout["annotations"] as object[]),
        ...(size === undefined ? [] : cellTexts(matrix, labels, normalise, size)),
      ],
      xaxis: paperAxis(escapeText(columns), {
        ...axis,
        range: edges,
        tickangle: upright ? 0 : -45,
      }),
      yaxis: paperAxis(escapeText(rows), { ...axis, range: [...edges].reverse() }),
    },
  };
}

/** Pixels that the parts take. */
interface Frame {
  readonly cell: number;
  /** Letters of the numbers in the cells, where they can be read. */
  readonly size: number | undefined;
  /** Whether the names under the columns fit side by side. */
  readonly upright: boolean;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

/** Pixels of a name beside its row or below its column. */
const nameWidth = (width: number): number => 0.4 * width - 56;

/** A name as far as there is room for it; in full it stands under the mouse. */
const shortName = (name: string, width: number): string =>
  escapeText(shortenText(name, fontSizes.tick, nameWidth(width)));

const largestCell = 72;
const colourBar = 92;

function frameOf(
  classNames: readonly string[],
  labels: readonly (readonly string[])[],
  width: number,
): Frame {
  const widest = Math.max(...classNames.map((name) => textWidth(name, fontSizes.tick)));
  const left = round(Math.min(0.4 * width, widest + 56), 2);
  const cell = Math.min(largestCell, (width - left - colourBar) / classNames.length);
  const size = letterSize(labels, cell);
  const upright = widest + 8 < cell;
  const names = upright ? 26 : 14 + 0.72 * Math.min(widest, nameWidth(width));
  // Numbers in the cells make a bar of colours needless.
  const right = size === undefined ? colourBar : 16;
  return { cell, size, upright, left, right, bottom: round(names + 40, 2) };
}

const classAxis = (names: readonly string[], cell: number): object => ({
  tickmode: "array",
  tickvals: names.map((_, i) => i),
  ticktext: names,
  tickfont: { size: Math.min(fontSizes.tick, Math.max(8, Math.floor(cell - 2))) },
  showgrid: false,
  showline: false,
  ticks: "",
  ticklabelstandoff: 4,
});

/** Room for a title of a few words over a small matrix. */
const minimalWidth = 320;

type Matrix = readonly (readonly number[])[];

/** Share of the row, in percent; NaN in a class without images, which has no share of anything. */
const shares = (matrix: Matrix): number[][] =>
  matrix.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => round((100 * count) / total));
  });

const cellLabels = (matrix: Matrix, normalise: "true" | "none"): string[][] =>
  normalise === "none"
    ? matrix.map((row) => row.map(String))
    : shares(matrix).map((row) => row.map(shareText));

/** Letters that fit their cells; none where they could not be read in print. */
function letterSize(labels: readonly (readonly string[])[], cell: number): number | undefined {
  const longest = Math.max(...labels.flat().map((text) => textWidth(text, 1)));
  const size = Math.floor(Math.min(fontSizes.tick, (cell - 4) / longest));
  return size < 9 ? undefined : size;
}

/** Each cell's number, dark on pale and white on dark; plotly's own choice of grey is too faint. */
function cellTexts(
  matrix: Matrix,
  labels: readonly (readonly string[])[],
  normalise: "true" | "none",
  size: number,
): object[] {
  const values = normalise === "true" ? shares(matrix) : matrix;
  const middle = normalise === "true" ? 50 : Math.max(...matrix.flat()) / 2;
  return labels.flatMap((row, y) =>
    row.map((text, x) => ({
      text,
      x,
      y,
      showarrow: false,
      font: { size, color: values[y][x] > middle ? "white" : "black" },
    })),
  );
}

function heatmap(
  matrix: Matrix,
  names: readonly string[],
  normalise: "true" | "none",
  bar: boolean,
): object {
  const relative = normalise === "true";
  const z = relative ? shares(matrix).map((row) => row.map(orNull)) : matrix;
  return {
    type: "heatmap",
    z,
    zmin: 0,
    zmax: relative ? 100 : Math.max(1, ...matrix.flat()),
    colorscale: blues,
    xgap: 1,
    ygap: 1,
    text: matrix.map((row, i) =>
      row.map((count, j) => `true ${names[i]}<br>predicted ${names[j]}<br>${count} images`),
    ),
    hovertemplate: `%{text}${relative ? " (%{z:.1f} %)" : ""}<extra></extra>`,
    showscale: bar,
    colorbar: {
      title: { text: relative ? "%" : "images", side: "top" },
      thickness: 14,
      outlinewidth: 0,
      tickfont: { size: fontSizes.note },
    },
  };
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

const shareText = (share: number): string => (Number.isNaN(share) ? "–" : share.toFixed(0));
