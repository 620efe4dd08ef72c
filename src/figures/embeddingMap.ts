import type * as Umap from "umap-js";
import {
  checkInteger,
  checkOneOf,
  InputError,
  UNLABELLED,
  type Figure,
  type Progress,
  type Rng,
} from "../core";
import { legendName } from "./legendName";
import { seriesStyle } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { projectPca, type Projection } from "./projectPca";
import { escapeText, round } from "./text";

/** Embeddings, what is known of their images, and how to lay them flat. */
export interface EmbeddingMapOptions extends FigureOptions {
  /** Row-major, n*dim. */
  readonly embeddings: ArrayLike<number>;
  /** Length of one embedding. */
  readonly dim: number;
  /** n class indices; UNLABELLED (-1) is drawn grey. */
  readonly labels: ArrayLike<number>;
  /** n; shown when hovering. */
  readonly ids: readonly string[];
  readonly classNames: readonly string[];
  /** "umap" keeps neighbourhoods, "pca" keeps the directions of largest spread. @default "umap" */
  readonly method?: "umap" | "pca";
  /** Draws the images to show and, for umap, its start and steps. */
  readonly rng: Rng;
  /** Neighbours that umap looks at, at least 2. @default 15 */
  readonly neighbours?: number;
  /** Images to show at most, at least 3; more are drawn from. @default 2000 */
  readonly maxPoints?: number;
}

/**
 * A map of embeddings: a point an image, coloured by class; hovering shows its id. [n,dim] -> figure. Distances between
 * groups in a umap mean little: look at what lies together, not how far apart.
 * @throws InputError if the parts do not fit together, a value is not finite, or there are fewer than three images
 * @see McInnes et al. 2018, "UMAP", arXiv:1802.03426
 */
export async function embeddingMap(
  options: EmbeddingMapOptions,
  on: Progress = {},
): Promise<Figure> {
  const { method = "umap", rng, maxPoints = 2000, neighbours = 15, notes = [] } = options;
  checkOneOf("method", method, ["umap", "pca"]);
  checkInteger("maxPoints", maxPoints, { min: 3 });
  checkInteger("neighbours", neighbours, { min: 2 });
  checkParts(options);
  const n = options.ids.length;
  const shown =
    n <= maxPoints
      ? Int32Array.from(options.ids.keys())
      : rng.fork("images").permutation(n).slice(0, maxPoints).sort();
  const rows = Array.from(shown, (i) =>
    Array.from({ length: options.dim }, (_, j) => options.embeddings[i * options.dim + j]),
  );
  const random = rng.fork(method);
  const flat =
    method === "pca" ? projectPca(rows, random) : await projectUmap(rows, neighbours, random, on);
  const present = [...new Set(Array.from(shown, (i) => options.labels[i]))];
  // Unlabelled images are drawn first, so that they lie under the others.
  const classes = present.sort((a, b) => a - b);
  const names = classes.map((label) =>
    label === UNLABELLED ? "unlabelled" : options.classNames[label],
  );
  const drawn = shown.length < n ? [`${shown.length} of ${n} images, drawn at random.`] : [];
  const layout = paperLayout({
    ...options,
    notes: [...notes, ...drawn],
    plotHeight: 480,
    left: 44,
    bottom: 40,
    legend: names,
  });
  const bare = { showticklabels: false, ticks: "", showgrid: false, mirror: true };
  const title = (axis: number): string =>
    method === "pca"
      ? `component ${axis + 1} (${(100 * flat.variance[axis]).toFixed(0)} % of the variance)`
      : `UMAP ${axis + 1}`;
  return {
    data: classes.map((label, i) => points(label, names[i], flat, shown, options)),
    layout: {
      ...layout,
      legend: { ...(layout["legend"] as object), itemsizing: "constant" },
      xaxis: paperAxis(title(0), bare),
      yaxis: paperAxis(title(1), { ...bare, scaleanchor: "x" }),
    },
  };
}

function checkParts({ embeddings, dim, labels, ids, classNames }: EmbeddingMapOptions): void {
  checkInteger("dim", dim, { min: 1 });
  const n = ids.length;
  if (n < 3 || labels.length !== n || embeddings.length !== n * dim) {
    throw new InputError({
      got: `${embeddings.length} values, ${labels.length} labels and ${n} ids, with dim ${dim}`,
      expected: "at least three images, each with dim values, a label and an id",
      todo: "Check that all come from the same images.",
    });
  }
  const wrong = Array.from(labels).find((label) => label !== UNLABELLED && !(label in classNames));
  if (wrong !== undefined) {
    throw new InputError({
      got: `label ${wrong}`,
      expected: `a class index from 0 to ${classNames.length - 1}, or ${UNLABELLED} for none`,
      todo: "Pass the class names of the set.",
    });
  }
  if (!Array.from(embeddings).every(Number.isFinite)) {
    throw new InputError({
      got: "an embedding that is not a finite number",
      expected: "finite numbers",
      todo: "The training has diverged: lower its learning rate.",
    });
  }
}

async function projectUmap(
  rows: number[][],
  neighbours: number,
  rng: Rng,
  on: Progress,
): Promise<Projection> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { UMAP } = require("umap-js") as typeof Umap;
  const umap = new UMAP({
    nNeighbors: Math.min(neighbours, rows.length - 1),
    random: () => rng.uniform(),
  });
  const total = umap.initializeFit(rows);
  for (let done = 0; done < total; done++) {
    if (done % 10 === 0) {
      on.signal?.throwIfAborted();
      on.report?.({ task: "UMAP", done, total, unit: "epoch" });
      // Lets a notebook's interrupt and progress bar have their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    umap.step();
  }
  on.report?.({ task: "UMAP", done: total, total, unit: "epoch" });
  const embedding = umap.getEmbedding();
  return { x: embedding.map((p) => p[0]), y: embedding.map((p) => p[1]), variance: [NaN, NaN] };
}

function points(
  label: number,
  name: string,
  flat: Projection,
  shown: Int32Array,
  { labels, ids, width }: EmbeddingMapOptions,
): object {
  const { colour, symbol } = label === UNLABELLED ? unlabelledStyle : seriesStyle(label);
  const members = [...shown.keys()].filter((at) => labels[shown[at]] === label);
  return {
    type: "scatter",
    mode: "markers",
    name: legendName(name, width),
    x: members.map((at) => round(flat.x[at])),
    y: members.map((at) => round(flat.y[at])),
    text: members.map((at) => escapeText(ids[shown[at]])),
    marker: { symbol, size: 7, color: colour, opacity: 0.75 },
    hovertemplate: `%{text}: ${escapeText(name)}<extra></extra>`,
  };
}

const unlabelledStyle = { colour: "#b8b8b8", symbol: "circle" };
