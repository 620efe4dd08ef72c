import { checkNumber, createRng, InputError, type Rng, type Scan } from "../core";
import { checkDetect, detectIn, responseOf, type DetectOptions } from "./detect";
import { detectDefaults } from "./detectDefaults";
import { fitLogistic } from "./fitLogistic";
import { pixelFeatures } from "./pixelFeatures";
import { smooth } from "./smooth";
import { settle } from "./settle";
import type { WorkGrid } from "./workGrid";
import { chosenChannels, type ChannelOptions } from "./steps";

/** A place that somebody pointed at. */
export interface Click {
  /** From the left edge of the frame, in nm. */
  readonly xNm: number;
  /** From the upper edge of the frame, in nm. */
  readonly yNm: number;
  /** Whether it is a defect; else it is the surface. */
  readonly defect: boolean;
}

/** How clicks become a mask. */
export interface SegmentOptions extends ChannelOptions {
  /** How the first guess is found, which the clicks correct. @default as `detect` has it */
  readonly detect?: Omit<DetectOptions, "channel">;
  /** How much each click weighs against the first guess, which weighs 40; above 0. @default 1 */
  readonly trust?: number;
  /** Radius around a click that it speaks for, in nm. @default 0.1 */
  readonly clickNm?: number;
  /** Probability from which a pixel is marked, above 0 and below 1. @default 0.4 */
  readonly threshold?: number;
}

/** Which pixels are defects. */
export interface Segmentation {
  /** 0 to 1 for each pixel of the scan, NaN where nothing is measured. */
  readonly probability: Float32Array;
  /** 1 where the probability reaches the threshold. */
  readonly mask: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const defaults = { trust: 1, clickNm: 0.1, threshold: 0.4, channel: "" };
/** Pixels of the first guess that the model learns from, of each side. */
const guessedPixels = 600;
const penalty = 1;
/** How strongly what was found speaks beside the other features, whose spread is 1. */
const guessStrength = 3;
/** Blur of what was found, in nm. */
const guessBlurNm = 0.1;

/**
 * Marks defects as somebody means them: a small model of each pixel's surroundings learns from what `detect` finds and
 * from a few clicks, on defects and on the surface, which weigh more.
 * @throws InputError if there is no click, a click lies outside of the frame, or an option is out of range
 */
export function segment(
  scan: Scan,
  clicks: readonly Click[],
  { detect: guess = {}, ...options }: SegmentOptions = {},
): Segmentation {
  const settings = settle<Omit<SegmentOptions, "detect">, typeof defaults>(
    "segment",
    options,
    defaults,
  );
  checkNumber("trust", settings.trust, { min: 0, aboveMin: true });
  checkNumber("clickNm", settings.clickNm, { min: 0 });
  checkNumber("threshold", settings.threshold, { min: 0, max: 1 });
  checkClicks(scan, clicks);
  const [channel] = chosenChannels(scan, settings.channel);
  const found = checkDetect({ ...detectDefaults, ...guess, channel: settings.channel });
  const response = responseOf(scan, channel.data, found);
  const { width, nmPerPixel } = response.grid;
  const first = detectIn(response, scan, found);
  const start = smallMask(
    first.mask,
    scan,
    response.grid.factors,
    width,
    response.deviation.length,
  );
  // What was found is one feature among the others, so that clicks which say nothing new change little.
  const blur = [guessBlurNm / nmPerPixel[0], guessBlurNm / nmPerPixel[1]] as const;
  const guessed = smooth(Float64Array.from(start), width, blur);
  const features = [...pixelFeatures(response), guessed.map((value) => guessStrength * value)];
  const rowOf = (i: number): number[] => features.map((feature) => feature[i]);
  const rng = createRng(1).fork("segment");
  const [on, off] = [1, 0].map((side) =>
    draw(
      [...start.keys()].filter((i) => start[i] === side),
      rng.fork(String(side)),
    ),
  );
  const rows: number[][] = [];
  const labels: number[] = [];
  const importance: number[] = [];
  const add = (pixels: readonly number[], label: number, weight: number): void => {
    for (const i of pixels) {
      rows.push(rowOf(i));
      labels.push(label);
      importance.push(weight / pixels.length);
    }
  };
  const share = start.reduce((sum, value) => sum + value, 0) / start.length;
  add(on, 1, 40 * Math.max(0.02, share));
  add(off, 0, 40 * (1 - share));
  for (const { xNm, yNm, defect } of clicks) {
    const near = pixelsAround(xNm / nmPerPixel[0], yNm / nmPerPixel[1], {
      width,
      length: features[0].length,
      reach: [settings.clickNm / nmPerPixel[0], settings.clickNm / nmPerPixel[1]],
    });
    add(near, defect ? 1 : 0, settings.trust);
  }
  const weights = fitLogistic(rows, labels, importance, penalty);
  const sums = new Float64Array(features[0].length).fill(weights[features.length]);
  features.forEach((feature, k) => {
    for (let i = 0; i < sums.length; i++) sums[i] += weights[k] * feature[i];
  });
  const small = Float32Array.from(sums, (sum, i) =>
    Number.isNaN(response.deviation[i]) ? NaN : 1 / (1 + Math.exp(-sum)),
  );
  return spread(small, scan, response.grid, settings.threshold);
}

function checkClicks(scan: Scan, clicks: readonly Click[]): void {
  const [x, y] = scan.sizeMetres.map((metres) => metres * 1e9);
  const outside = clicks.find(({ xNm, yNm }) => !(xNm >= 0 && xNm <= x && yNm >= 0 && yNm <= y));
  if (outside === undefined && clicks.length > 0) return;
  throw new InputError({
    got: outside === undefined ? "no click" : `a click at ${outside.xNm} nm, ${outside.yNm} nm`,
    expected: `at least one click, each within ${x.toFixed(2)} nm x ${y.toFixed(2)} nm`,
    todo: "Give positions in nm from the upper left corner.",
  });
}

/** At most some of the pixels, evenly drawn. */
function draw(pixels: readonly number[], rng: Rng): number[] {
  if (pixels.length <= guessedPixels) return [...pixels];
  return Array.from({ length: guessedPixels }, () => pixels[rng.integer(pixels.length)]);
}

/** The mask on the grid: the pixel of the scan in the corner of each block tells. */
function smallMask(
  mask: Int32Array,
  scan: Scan,
  [fx, fy]: readonly [number, number],
  width: number,
  length: number,
): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => {
    const at = Math.floor(i / width) * fy * scan.width + (i % width) * fx;
    return mask[at] > 0 ? 1 : 0;
  });
}

interface Neighbourhood {
  readonly width: number;
  readonly length: number;
  readonly reach: readonly [x: number, y: number];
}

/** The pixels of a disc, at least the one in its middle. */
function pixelsAround(x: number, y: number, { width, length, reach }: Neighbourhood): number[] {
  const height = length / width;
  const column = Math.min(width - 1, Math.floor(x));
  const row = Math.min(height - 1, Math.floor(y));
  const found: number[] = [];
  const [u, v] = reach.map(Math.ceil);
  for (let j = Math.max(0, row - v); j <= Math.min(height - 1, row + v); j++)
    for (let i = Math.max(0, column - u); i <= Math.min(width - 1, column + u); i++) {
      const far = Math.hypot(
        (i - column) / Math.max(reach[0], 1e-9),
        (j - row) / Math.max(reach[1], 1e-9),
      );
      if ((i === column && j === row) || far <= 1) found.push(j * width + i);
    }
  return found;
}

function spread(
  small: Float32Array,
  { width, height }: Scan,
  { width: columns, factors: [fx, fy] }: WorkGrid,
  threshold: number,
): Segmentation {
  const probability = Float32Array.from(
    { length: width * height },
    (_, i) =>
      small[Math.floor(Math.floor(i / width) / fy) * columns + Math.floor((i % width) / fx)],
  );
  const mask = Uint8Array.from(probability, (p) => (p >= threshold ? 1 : 0));
  return { probability, mask, width, height };
}
