import { checkNumber, checkOneOf, tf, type Figure, type Scan } from "../core";
import { pickChannel, type ChannelChoice } from "../formats";
import type { FigureOptions } from "./paperLayout";
import { scanFrame, significant } from "./scanFrame";
import { scanColours, type Field, type ScanColours } from "./scanPicture";
import { scanUnit } from "./scanUnit";
import { escapeText } from "./text";

/** What `fourier` shows. */
export interface FourierOptions extends FigureOptions {
  /** @default the channel that stands for the scan: heights before all else */
  readonly channel?: ChannelChoice;
  /** "hann" keeps the frame's edges from drawing a cross; "none" keeps peaks sharpest. @default "hann" */
  readonly window?: "hann" | "none";
  /** @default "viridis" */
  readonly colours?: ScanColours;
  /** Highest frequency that is shown, in 1/nm, above 0. @default 8, finer than any lattice, or what the pixels can hold */
  readonly mostPerNm?: number;
}

/** Decades of amplitude below the highest peaks that are told apart. */
const decades = 2.5;

/**
 * Amplitudes of the waves that a channel is made of, on a logarithmic scale of colours, axes in 1/nm with zero in the
 * middle: a lattice shows as peaks, mains hum as dots beside the slow axis. A peak of a wave a*cos has a height of about a.
 * What was not measured counts as the mean.
 * @throws InputError if there is no such channel
 */
export function fourier(scan: Scan, options: FourierOptions = {}): Figure {
  const { window = "hann", colours = "viridis", mostPerNm = 8 } = options;
  checkNumber("mostPerNm", mostPerNm, { min: 0, aboveMin: true });
  checkOneOf("window", window, ["hann", "none"]);
  checkOneOf("colours", colours, scanColours);
  const { unit, name, direction, data } = pickChannel(scan, options.channel);
  const { width, height, sizeMetres } = scan;
  const amplitudes = amplitudesOf(data, width, height, window);
  const highest = amplitudes.reduce((a, b) => Math.max(a, b), 0);
  const shown = scanUnit(unit, highest);
  const logs = amplitudes.map((value) => Math.log10(Math.max(value * shown.perUnit, 1e-300)));
  const top = logs.reduce((a, b) => Math.max(a, b), -300);
  const step = sizeMetres.map((size) => 1 / (size * 1e9));
  const whole: Field = { data: logs, width, height };
  const [field, columns, rows] = middle(
    whole,
    step.map((one) => Math.round(mostPerNm / one)),
  );
  const frame = [columns[0] * step[0], columns[1] * step[0], rows[1] * step[1], rows[0] * step[1]];
  const limits = [top - decades, top] as const;
  const { data: traces, layout } = scanFrame(
    {
      field,
      frame: frame.map(significant) as [number, number, number, number],
      axes: ["k<sub>x</sub> (1/nm)", "k<sub>y</sub> (1/nm)"],
      limits,
      colours,
      unit: shown.name,
      ticks: powersOfTen(...limits),
      hover: `10^%{z:.2f} ${escapeText(shown.name)}<br>%{x:.3f}, %{y:.3f} 1/nm`,
      join: "max",
    },
    { ...options, notes: [`${name} ${direction}, amplitude.`, ...(options.notes ?? [])] },
  );
  return { data: traces, layout };
}

/** The middle of a spectrum, and where its edges lie in bins from frequency zero; a bin reaches half a bin to each side. */
function middle(
  { data, width, height }: Field,
  [mostX, mostY]: readonly number[],
): [Field, [number, number], [number, number]] {
  const [zeroX, zeroY] = [Math.floor(width / 2), Math.floor(height / 2)];
  const [left, right] = [Math.max(0, zeroX - mostX), Math.min(width, zeroX + mostX + 1)];
  const [top, bottom] = [Math.max(0, zeroY - mostY), Math.min(height, zeroY + mostY + 1)];
  const part = new Float64Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    part.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return [
    { data: part, width: right - left, height: bottom - top },
    [left - zeroX - 0.5, right - zeroX - 0.5],
    [top - zeroY - 0.5, bottom - zeroY - 0.5],
  ];
}

/** Marks of a logarithmic bar. */
function powersOfTen(low: number, high: number): { value: number; text: string }[] {
  const from = Math.ceil(low);
  return Array.from({ length: Math.floor(high) - from + 1 }, (_, i) => ({
    value: from + i,
    text: String(Number(`1e${from + i}`)),
  }));
}

/** Amplitude of each wave, zero frequency in the middle. */
function amplitudesOf(
  data: Float64Array,
  width: number,
  height: number,
  window: "hann" | "none",
): Float64Array {
  const known = data.filter((value) => Number.isFinite(value));
  const mean = known.reduce((a, b) => a + b, 0) / Math.max(1, known.length);
  // Heights of 1e-12 m are too small for the squares of single precision.
  const scale = known.reduce((a, b) => Math.max(a, Math.abs(b - mean)), 0) || 1;
  const [wx, wy] = [weights(width, window), weights(height, window)];
  const values = Float32Array.from(data, (value, i) =>
    Number.isFinite(value)
      ? ((value - mean) / scale) * wx[i % width] * wy[Math.floor(i / width)]
      : 0,
  );
  const spectrum = tf.tidy(() => {
    const real = tf.tensor2d(values, [height, width]);
    const rows = tf.fft(tf.complex(real, tf.zerosLike(real)));
    const turned = tf.complex(
      tf.transpose(tf.real(rows), [1, 0]),
      tf.transpose(tf.imag(rows), [1, 0]),
    );
    const both = tf.fft(turned);
    const power = tf.add(tf.square(tf.real(both)), tf.square(tf.imag(both)));
    return tf.sqrt(power).dataSync();
  });
  // A real wave has two peaks, which share its amplitude.
  const sum = wx.reduce((a, b) => a + b, 0) * wy.reduce((a, b) => a + b, 0);
  const result = new Float64Array(data.length);
  for (let v = 0; v < height; v++) {
    const y = (v + Math.floor(height / 2)) % height;
    for (let u = 0; u < width; u++) {
      const x = (u + Math.floor(width / 2)) % width;
      result[y * width + x] = (spectrum[u * height + v] * scale * 2) / sum;
    }
  }
  return result;
}

function weights(length: number, window: "hann" | "none"): Float64Array {
  return Float64Array.from({ length }, (_, i) =>
    window === "none" ? 1 : 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length),
  );
}
