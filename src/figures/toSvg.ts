import { checkNumber, createRng, InputError, sha256, type Figure } from "../core";
import { plainFigure } from "./plainFigure";
import { plotlyWindow, type PictureSize } from "./plotlyWindow";

/** Size of a drawn figure. */
export interface SizeOptions {
  /** Pixels, above 0. @default the figure's own `layout.width`, else 600 */
  readonly width?: number;
  /** Pixels, above 0. @default the figure's own `layout.height`, else 450 */
  readonly height?: number;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Draws a figure as an SVG picture, without a browser. The same figure and size give the same text, to the byte.
 * @throws InputError if the size is not positive, a trace needs WebGL, or plotly cannot draw the figure
 */
export async function toSvg(figure: Figure, options: SizeOptions = {}): Promise<string> {
  const size = pictureSize(figure, options);
  const needs = traceForBrowser(figure);
  if (needs !== undefined)
    throw new InputError({
      got: `a figure with a trace of the type "${needs}"`,
      expected: "traces that are drawn without WebGL, which only a browser has",
      todo: "Export it as html, or draw it with another type such as scatter.",
    });
  // One after the other: they share a window, and its random numbers.
  const drawn = last.then(() => draw(plainFigure(figure), size));
  last = drawn.catch(() => undefined);
  return drawn;
}

/** Plotly leaves such traces out of an SVG without WebGL, or waits for it forever. */
const needsWebGl =
  /gl$|3d$|^(surface|mesh3d|cone|streamtube|volume|isosurface|splom|parcoords)$|(scatter|density|choropleth)map(box)?$/;

/** The type of a trace that only a browser can draw; undefined if there is none. */
export function traceForBrowser({ data }: Figure): string | undefined {
  const types = data.map(
    (trace) => (trace as { readonly type?: string } | null)?.type ?? "scatter",
  );
  return types.find((type) => needsWebGl.test(type));
}

/** The size that a figure is drawn in. @throws InputError if it is not positive */
export function pictureSize(figure: Figure, { width, height }: SizeOptions): PictureSize {
  const own = figure.layout as Partial<PictureSize>;
  return {
    width: checkNumber("width", width ?? own.width ?? 600, { min: 0, aboveMin: true }),
    height: checkNumber("height", height ?? own.height ?? 450, { min: 0, aboveMin: true }),
  };
}

async function draw(figure: Figure, size: PictureSize): Promise<string> {
  // Plotly names clip paths at random. Names from the content are stable, and differ between figures on one page.
  const rng = createRng(parseInt(sha256(JSON.stringify([figure, size])).slice(0, 12), 16));
  try {
    return await plotlyWindow().draw(figure, size, () => rng.uniform());
  } catch (error) {
    throw new InputError(
      {
        got: `a figure that plotly cannot draw (${error instanceof Error ? error.message : String(error)})`,
        expected: "a figure with plotly's data and layout",
        todo: "Check the figure's traces against the plotly.js reference.",
      },
      { cause: error },
    );
  }
}
