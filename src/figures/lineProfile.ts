import { checkNumber, InputError, type Channel, type Figure, type Scan } from "../core";
import { pickChannel, type ChannelChoice } from "../formats";
import { legendName } from "./legendName";
import { seriesStyle } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { significant } from "./scanFrame";
import { scanUnit } from "./scanUnit";
import { escapeText } from "./text";

/** A straight line over a scan, in nm from the top left corner. */
export interface ProfileLine {
  readonly from: readonly [xNm: number, yNm: number];
  readonly to: readonly [xNm: number, yNm: number];
  /** @default "1", "2" ... */
  readonly name?: string;
}

/** What `lineProfile` shows. */
export interface LineProfileOptions extends FigureOptions {
  /** Channels of one unit, for example trace and retrace. @default the channel that stands for the scan: heights before all else */
  readonly channels?: readonly ChannelChoice[];
  /** Width of the stripe that each point is the mean of, in nm, at least 0. @default 0, the line itself */
  readonly widthNm?: number;
}

/**
 * Heights along lines, interpolated between pixels; without lines, along the middle row.
 * @throws InputError if a line leaves the frame or has no length, or channels differ in their unit
 */
export function lineProfile(
  scan: Scan,
  lines: readonly ProfileLine[] = [],
  options: LineProfileOptions = {},
): Figure {
  const widthNm = checkNumber("widthNm", options.widthNm ?? 0, { min: 0 });
  const channels = (options.channels ?? [undefined]).map((choice) => pickChannel(scan, choice));
  const drawn = lines.length === 0 ? [middleRow(scan)] : lines;
  for (const line of drawn) checkLine(line, scan);
  const curves = drawn.flatMap((line, i) =>
    channels.map((channel) => ({
      name: curveName(line, i, drawn.length, channel, channels.length),
      ...along(scan, channel, line, widthNm),
    })),
  );
  const unit = commonUnit(channels);
  const all = curves.flatMap(({ values }) => values.filter((value) => !Number.isNaN(value)));
  const highest = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const shown = scanUnit(unit, highest - all.reduce((a, b) => Math.min(a, b), Infinity));
  const label = shown.name === "" ? channels[0].name : `${channels[0].name} (${shown.name})`;
  return {
    data: curves.map(({ name, distances, values }, i) => ({
      type: "scatter",
      mode: "lines",
      name: legendName(name, options.width),
      x: distances.map(significant),
      y: values.map((value) =>
        Number.isNaN(value) ? null : Number((value * shown.perUnit).toPrecision(5)),
      ),
      line: { color: seriesStyle(i).colour, dash: seriesStyle(i).dash, width: 2 },
      hovertemplate: `%{y:.4~g} ${escapeText(shown.name)} at %{x:.3~f} nm`,
    })),
    layout: {
      ...paperLayout({
        right: 28,
        ...options,
        left: 92,
        plotHeight: 280,
        legend: curves.length > 1 ? curves.map(({ name }) => name) : [],
      }),
      xaxis: paperAxis("distance (nm)", { nticks: 7 }),
      yaxis: paperAxis(escapeText(label), { nticks: 6, exponentformat: "none" }),
    },
  };
}

function middleRow({ sizeMetres: [x, y] }: Scan): ProfileLine {
  return { from: [0, y * 5e8], to: [x * 1e9, y * 5e8] };
}

function curveName(
  line: ProfileLine,
  index: number,
  lines: number,
  { name, direction }: Channel,
  channels: number,
): string {
  const own = line.name ?? (lines > 1 || channels === 1 ? String(index + 1) : "");
  return channels > 1 ? `${own} ${name} ${direction}`.trim() : own;
}

function commonUnit(channels: readonly Channel[]): string {
  const units = [...new Set(channels.map(({ unit }) => unit))];
  if (units.length === 1) return units[0];
  throw new InputError({
    got: `channels in ${units.map((unit) => (unit === "" ? "no unit" : unit)).join(", ")}`,
    expected: "channels of one unit, for they share an axis",
    todo: "Draw one profile for each unit.",
  });
}

function checkLine({ from, to }: ProfileLine, { sizeMetres, name }: Scan): void {
  const size = sizeMetres.map((length) => length * 1e9);
  // Rounding must not put the far edge outside.
  const inside = [from, to].every((end) =>
    end.every((at, axis) => at >= -1e-9 && at <= size[axis] * (1 + 1e-9)),
  );
  const long = Math.hypot(to[0] - from[0], to[1] - from[1]) > 0;
  if (inside && long) return;
  throw new InputError({
    got: `a line from (${from.join(", ")}) to (${to.join(", ")}) nm on "${name}"`,
    expected: `two different points of a frame of ${size.map((s) => Number(s.toPrecision(4))).join(" x ")} nm`,
    todo: "Give from and to in nm from the top left corner.",
  });
}

/** One point a pixel along the line, each the mean over the stripe's width. */
function along(
  { width, height, sizeMetres }: Scan,
  { data }: Channel,
  { from, to }: ProfileLine,
  widthNm: number,
): { distances: number[]; values: number[] } {
  const pixel = [(sizeMetres[0] * 1e9) / width, (sizeMetres[1] * 1e9) / height];
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const points = 1 + Math.ceil(Math.hypot(dx / pixel[0], dy / pixel[1]));
  const across = [-dy / length, dx / length];
  const beside = 1 + 2 * Math.ceil(widthNm / 2 / Math.min(...pixel));
  const distances = Array.from({ length: points }, (_, i) => (length * i) / (points - 1));
  const values = distances.map((distance) => {
    let [sum, count] = [0, 0];
    for (let k = 0; k < beside; k++) {
      const off = beside === 1 ? 0 : widthNm * (k / (beside - 1) - 0.5);
      const x = (from[0] + (dx * distance) / length + off * across[0]) / pixel[0] - 0.5;
      const y = (from[1] + (dy * distance) / length + off * across[1]) / pixel[1] - 0.5;
      const value = between(data, width, height, x, y);
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return count === 0 ? NaN : sum / count;
  });
  return { distances, values };
}

/** Bilinear; within half a pixel of the border the border's value. */
function between(data: Float64Array, width: number, height: number, x: number, y: number): number {
  const column = Math.min(width - 1, Math.max(0, x));
  const row = Math.min(height - 1, Math.max(0, y));
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [u, v] = [column - left, row - top];
  const at = (r: number, c: number): number =>
    data[Math.min(height - 1, r) * width + Math.min(width - 1, c)];
  const upper = u === 0 ? at(top, left) : (1 - u) * at(top, left) + u * at(top, left + 1);
  if (v === 0) return upper;
  const lower =
    u === 0 ? at(top + 1, left) : (1 - u) * at(top + 1, left) + u * at(top + 1, left + 1);
  return (1 - v) * upper + v * lower;
}
