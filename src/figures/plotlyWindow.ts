import type * as Canvas from "@napi-rs/canvas";
import * as fs from "node:fs";
import type { Figure } from "../core";
import { textMeasurer, type SvgNode } from "./textBox";

/** Size of a picture in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** plotly.js in a window of its own, without a browser. */
export interface PlotlyWindow {
  /** Draws one figure; `random` stands in for Math.random, which plotly takes its ids from. */
  draw(figure: Figure, size: PictureSize, random: () => number): Promise<string>;
}

interface ToImage {
  (
    figure: Figure,
    options: PictureSize & { readonly format: "svg"; readonly imageDataOnly: true },
  ): Promise<string>;
}

/** What we use of jsdom's window; its classes belong to the window, so nothing of ours changes. */
interface BrowserWindow {
  readonly Math: { random: () => number };
  readonly URL: { createObjectURL?: () => string; revokeObjectURL?: () => void };
  readonly Element: { readonly prototype: object };
  readonly HTMLCanvasElement: { readonly prototype: object };
  readonly Plotly: { readonly toImage: ToImage };
  eval(source: string): unknown;
}

interface JsdomModule {
  readonly JSDOM: new (
    html: string,
    options: { readonly runScripts: "outside-only"; readonly virtualConsole: unknown },
  ) => { readonly window: BrowserWindow };
  readonly VirtualConsole: new () => unknown;
}

let opened: PlotlyWindow | undefined;

/** Opens the window on first use: a second of work and some tens of megabytes. */
export function plotlyWindow(): PlotlyWindow {
  opened ??= openWindow();
  return opened;
}

/* eslint-disable @typescript-eslint/no-require-imports -- heavy, so loaded when the first picture is asked for */
function openWindow(): PlotlyWindow {
  const { JSDOM, VirtualConsole } = require("jsdom") as JsdomModule;
  const canvas = require("@napi-rs/canvas") as typeof Canvas;
  const page = "<!doctype html><html><body></body></html>";
  // A console of its own, listened to by nobody: the library prints nothing.
  const virtualConsole = new VirtualConsole();
  const { window } = new JSDOM(page, { runScripts: "outside-only", virtualConsole });
  addWhatPlotlyAsksFor(window);
  addCanvas(window, canvas);
  addTextMeasuring(window, canvas);
  window.eval(fs.readFileSync(require.resolve("plotly.js-dist-min"), "utf8"));
  return {
    draw: (figure, size, random) => {
      window.Math.random = random;
      // Plotly writes into what it draws, so it gets a copy.
      const copy = JSON.parse(JSON.stringify(figure)) as Figure;
      return window.Plotly.toImage(copy, { ...size, format: "svg", imageDataOnly: true });
    },
  };
}
/* eslint-enable @typescript-eslint/no-require-imports */

function addWhatPlotlyAsksFor(window: BrowserWindow): void {
  const nothing = (): void => undefined;
  const noMatch = { matches: false, addEventListener: nothing, removeEventListener: nothing };
  Object.assign(window, { TextDecoder, TextEncoder, matchMedia: () => noMatch });
  window.URL.createObjectURL = () => "blob:none";
  window.URL.revokeObjectURL = nothing;
}

/** Heatmaps are painted on a canvas, which jsdom leaves to others. */
function addCanvas(window: BrowserWindow, canvas: typeof Canvas): void {
  interface CanvasElement {
    readonly width: number;
    readonly height: number;
  }
  const behind = new WeakMap<CanvasElement, Canvas.Canvas>();
  const canvasOf = (element: CanvasElement): Canvas.Canvas => {
    const known = behind.get(element);
    if (known?.width === element.width && known.height === element.height) return known;
    const made = canvas.createCanvas(element.width, element.height);
    behind.set(element, made);
    return made;
  };
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: CanvasElement, kind: string): unknown {
      return kind === "2d" ? canvasOf(this).getContext("2d") : null;
    },
    toDataURL(this: CanvasElement): string {
      return canvasOf(this).toDataURL("image/png");
    },
  });
}

function addTextMeasuring(window: BrowserWindow, canvas: typeof Canvas): void {
  const measure = textMeasurer(canvas);
  const box = function (this: SvgNode): unknown {
    return measure(this);
  };
  Object.assign(window.Element.prototype, { getBBox: box, getBoundingClientRect: box });
}
