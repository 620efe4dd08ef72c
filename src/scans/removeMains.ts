import { checkInteger, checkNumber, type Channel, type Scan } from "../core";
import { rowOrder, rowSeconds } from "./scanTimes";
import { settle } from "./settle";
import { changeChannels, type ChannelOptions } from "./steps";

/** The hum that is taken off. */
export interface RemoveMainsOptions extends ChannelOptions {
  /** Hertz; looked for within 0.2 % around. @default 50 */
  readonly hertz?: number;
  /** How many multiples of it too, at least 1 for itself alone. @default 3 */
  readonly harmonics?: number;
  /** Rows over which its size and phase are taken as fixed. @default 16 */
  readonly rows?: number;
}

const defaults = { hertz: 50, harmonics: 3, rows: 16, channel: "" };
const tries = 21;

/**
 * Takes mains hum off: waves of fixed frequency in the time of recording, which in the image lie askew and differ between
 * trace and retrace. Size and phase are fitted anew every few rows.
 * @throws InputError if the scan does not say how long a line takes, or an option is out of range
 */
export function removeMains(scan: Scan, options: RemoveMainsOptions = {}): Scan {
  const settings = settle("removeMains", options, defaults);
  checkNumber("hertz", settings.hertz, { min: 0, aboveMin: true });
  checkInteger("harmonics", settings.harmonics, { min: 1, max: 20 });
  checkInteger("rows", settings.rows, { min: 1 });
  const time = pixelTimes(scan);
  return changeChannels(scan, "removeMains", settings, (data, channel) => {
    const blocks = blocksOf(scan, data, settings.rows);
    let result = data;
    for (let multiple = 1; multiple <= settings.harmonics; multiple++) {
      const nominal = settings.hertz * multiple;
      const candidates = Array.from(
        { length: tries },
        (_, i) => nominal * (1 + 0.002 * ((2 * i) / (tries - 1) - 1)),
      );
      const fits = candidates.map((hertz) =>
        blocks.map((block) => fitWave(result, scan.width, block, time(channel), hertz)),
      );
      const power = fits.map((waves) => waves.reduce((sum, { a, b }) => sum + a * a + b * b, 0));
      const best = power.indexOf(Math.max(...power));
      result = subtract(result, scan.width, blocks, fits[best], time(channel), candidates[best]);
    }
    return result;
  });
}

type Time = (i: number) => number;

/** When each pixel was recorded, in seconds from the first one. */
function pixelTimes(scan: Scan): (channel: Channel) => Time {
  const row = rowSeconds(scan);
  const order = rowOrder(scan);
  const pixel = row / 2 / scan.width;
  return ({ direction }) =>
    (i) => {
      const [x, y] = [i % scan.width, Math.floor(i / scan.width)];
      const along = direction === "forward" ? x * pixel : row / 2 + (scan.width - 1 - x) * pixel;
      return order(y) * row + along;
    };
}

/** Rows that are fitted together, those without any pixel left out. */
function blocksOf(scan: Scan, data: Float64Array, size: number): readonly (readonly number[])[] {
  const rows = Array.from({ length: scan.height }, (_, y) => y).filter((y) =>
    data.subarray(y * scan.width, (y + 1) * scan.width).some(Number.isFinite),
  );
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, b) =>
    rows.slice(b * size, (b + 1) * size),
  );
}

interface Wave {
  readonly a: number;
  readonly b: number;
}

/** Least squares of a cos + b sin, each row with a height and a tilt of its own that are no part of it. */
function fitWave(
  data: Float64Array,
  width: number,
  rows: readonly number[],
  time: Time,
  hertz: number,
): Wave {
  let [cc, cs, ss, cz, sz] = [0, 0, 0, 0, 0];
  const [c, s, z] = [0, 1, 2].map(() => new Float64Array(width));
  for (const row of rows) {
    for (let x = 0; x < width; x++) {
      const value = data[row * width + x];
      const angle = 2 * Math.PI * hertz * time(row * width + x);
      const known = Number.isFinite(value);
      c[x] = known ? Math.cos(angle) : NaN;
      s[x] = known ? Math.sin(angle) : NaN;
      z[x] = known ? value : NaN;
    }
    for (const line of [c, s, z]) withoutLine(line);
    for (let x = 0; x < width; x++) {
      if (Number.isNaN(z[x])) continue;
      cc += c[x] * c[x];
      cs += c[x] * s[x];
      ss += s[x] * s[x];
      cz += c[x] * z[x];
      sz += s[x] * z[x];
    }
  }
  const determinant = cc * ss - cs * cs;
  if (!(determinant > 1e-9 * cc * ss)) return { a: 0, b: 0 };
  return { a: (cz * ss - sz * cs) / determinant, b: (sz * cc - cz * cs) / determinant };
}

function withoutLine(line: Float64Array): void {
  let [n, sx, sz, xx, xz] = [0, 0, 0, 0, 0];
  line.forEach((value, x) => {
    if (Number.isNaN(value)) return;
    n++;
    sx += x;
    sz += value;
    xx += x * x;
    xz += x * value;
  });
  const spread = n * xx - sx * sx;
  const slope = spread > 0 ? (n * xz - sx * sz) / spread : 0;
  const start = n > 0 ? (sz - slope * sx) / n : 0;
  line.forEach((value, x) => (line[x] = value - start - slope * x));
}

function subtract(
  data: Float64Array,
  width: number,
  blocks: readonly (readonly number[])[],
  waves: readonly Wave[],
  time: Time,
  hertz: number,
): Float64Array {
  const result = data.slice();
  blocks.forEach((rows, block) => {
    const { a, b } = waves[block];
    for (const row of rows)
      for (let i = row * width; i < (row + 1) * width; i++) {
        const angle = 2 * Math.PI * hertz * time(i);
        result[i] -= a * Math.cos(angle) + b * Math.sin(angle);
      }
  });
  return result;
}
