import { checkOneOf, type Figure, type Scan } from "../core";
import { pickChannel, type ChannelChoice } from "../formats";
import { contrast } from "../scans";
import { fontSizes, type FigureOptions } from "./paperLayout";
import { roundLength } from "./scaleBar";
import { scanFeatures, type MarkedFeature } from "./scanFeatures";
import { plotWidth, scanFrame } from "./scanFrame";
import { scanColours, type ScanColours } from "./scanPicture";
import { scanUnit } from "./scanUnit";
import { escapeText, round, textWidth } from "./text";

/** What `scan` shows, and what it draws on top. */
export interface ScanFigureOptions extends FigureOptions {
  /** @default the channel that stands for the scan: heights before all else */
  readonly channel?: ChannelChoice;
  /** Values in the first and the last colour, in the channel's own unit. @default without the lowest and highest 0.5 % */
  readonly limits?: readonly [low: number, high: number];
  /** @default "grey" */
  readonly colours?: ScanColours;
  /** Boxes to draw, for example `scans.detect(scan).features`. */
  readonly features?: readonly MarkedFeature[];
  /** A class for each feature, told apart by colour and dashes. */
  readonly classes?: readonly string[];
  /** A bar of round length in the lower left corner. @default true */
  readonly scaleBar?: boolean;
}

/** Values so far from zero, in ranges of the picture, are shown from a round number on. */
const farFromZero = 20;

/**
 * One channel of a scan as a picture: axes in nm from the top left corner, heights in pm under the mouse and beside the
 * colour bar, features boxed on top. Pixels that were not measured are pale blue.
 * @throws InputError if there is no such channel, nothing of it was measured, or the classes do not fit the features
 */
export function scan(measured: Scan, options: ScanFigureOptions = {}): Figure {
  const { colours = "grey", features = [], classes, notes = [] } = options;
  checkOneOf("colours", colours, scanColours);
  const channel = pickChannel(measured, options.channel);
  const { name, unit, direction, data } = channel;
  const limits = options.limits ?? contrast({ ...measured, channels: [channel] });
  const { width, height } = measured;
  const shown = scanUnit(unit, limits[1] - limits[0]);
  const [low, high] = limits.map((value) => value * shown.perUnit);
  const far = Math.max(Math.abs(low), Math.abs(high)) > farFromZero * (high - low) && high > low;
  const zero = far ? Math.round(low) : 0;
  const sizeNm = measured.sizeMetres.map((size) => round(size * 1e9, 6)) as [number, number];
  const missing = data.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  const title = `${name} ${direction}${zero === 0 ? "" : `, from ${zero} ${shown.name} on`}`;
  const gaps = missing === 0 ? "" : ` Pale blue was not measured.`;
  const { data: traces, layout } = scanFrame(
    {
      field: { data: data.map((value) => value * shown.perUnit - zero), width, height },
      frame: [0, sizeNm[0], sizeNm[1], 0],
      axes: ["x (nm)", "y (nm)"],
      limits: [low - zero, high - zero],
      colours,
      unit: shown.name,
      hover: `%{z:.5~g} ${escapeText(shown.name)}<br>x %{x:.4~g} nm, y %{y:.4~g} nm`,
      legend: classes === undefined ? [] : [...new Set(classes)].sort(),
    },
    { ...options, notes: [`${title}.${gaps}`, ...notes] },
  );
  const inUnit = (value: number): string =>
    `${Number((value * shown.perUnit).toPrecision(3))} ${escapeText(shown.name)}`;
  const bar =
    options.scaleBar === false
      ? { shapes: [], annotations: [] }
      : cornerBar(sizeNm, plotWidth(options));
  return {
    data: [...traces, ...scanFeatures(features, classes, sizeNm, inUnit, options.width)],
    layout: {
      ...layout,
      shapes: bar.shapes,
      annotations: [...(layout["annotations"] as object[]), ...bar.annotations],
    },
  };
}

/** White on a dark ground, so that it is seen on any surface. */
function cornerBar(
  [across, along]: readonly [number, number],
  pixels: number,
): { shapes: object[]; annotations: object[] } {
  const { nm, text } = roundLength(across / 4);
  // In a small figure the words are longer than the bar.
  const beside = Math.max(0, (textWidth(text, fontSizes.note) * across) / pixels - nm) / 2;
  const left = 0.04 * across + beside;
  const bottom = along - 0.04 * across;
  const part = (x0: number, x1: number, y0: number, y1: number, fillcolor: string): object => ({
    type: "rect",
    xref: "x",
    yref: "y",
    x0: round(x0, 6),
    x1: round(x1, 6),
    y0: round(y0, 6),
    y1: round(y1, 6),
    fillcolor,
    line: { width: 0 },
  });
  const edge = 0.02 * across;
  return {
    shapes: [
      part(
        left - beside - edge,
        left + nm + beside + edge,
        bottom + edge,
        bottom - (0.016 * across + (19 * across) / pixels),
        "rgba(0,0,0,0.6)",
      ),
      part(left, left + nm, bottom, bottom - 0.012 * across, "white"),
    ],
    annotations: [
      {
        text,
        font: { size: fontSizes.note, color: "white" },
        showarrow: false,
        xref: "x",
        x: round(left + nm / 2, 6),
        yref: "y",
        y: round(bottom - 0.014 * across, 6),
        yanchor: "bottom",
        borderpad: 0,
      },
    ],
  };
}
