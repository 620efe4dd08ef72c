import { define, option, tf, type Augmentation, type OptionTable, type Rng } from "../core";
import { augmentation, happens, type Range } from "./augmentation";
import { mirrored } from "./mirrored";
import { range } from "./options";

/** How much images are turned, shifted, scaled and sheared. The defaults are what drift and creep do to a scan. */
export interface AffineOptions {
  /** Largest turn in degrees, each way. @default 5 */
  readonly degrees?: number;
  /** Largest shift as a share of the edge, each way, down and across. @default 0.05 */
  readonly translate?: number;
  /** Factors of size, above 0. @default [0.95, 1.05] */
  readonly scale?: Range;
  /** Largest angle in degrees by which columns lean, each way, below 90. @default 2 */
  readonly shear?: number;
  /** What lies beyond the border: the image mirrored at it, or its outermost pixel. @default "reflect" */
  readonly fill?: "reflect" | "edge";
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const definition = define("affine", 1, {
  degrees: option.number({ min: 0, max: 180, default: 5 }),
  translate: option.share({ default: 0.05 }),
  scale: range({ min: 0, aboveMin: true, default: [0.95, 1.05] }),
  shear: option.number({ min: 0, max: 89, default: 2 }),
  fill: option.choice(["reflect", "edge"], { default: "reflect" }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<AffineOptions>);

/** From new to old places about the centre: x' = a x + b y + c, y' = d x + e y + f, in pixels. */
type PlaceMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Turns, shifts, scales and shears each image a little about its centre, bilinearly. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function affine(given: AffineOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { probability } = options;
  const beyond = options.fill === "reflect" ? mirrored : nearestInside;
  return augmentation(definition.name, settings, (images, rng) => {
    const [count, height, width, channels] = images.shape;
    const size = { height, width, channels };
    const old = images.dataSync<"float32">();
    const changed = new Float32Array(old.length);
    const perImage = height * width * channels;
    for (let i = 0; i < count; i++) {
      const map = drawPlaceMap(options, size, rng);
      const from = old.subarray(i * perImage, (i + 1) * perImage);
      const to = changed.subarray(i * perImage, (i + 1) * perImage);
      if (happens(rng, probability)) sample(from, to, size, map, beyond);
      else to.set(from);
    }
    return tf.tensor4d(changed, images.shape);
  });
}
affine.definition = definition;

interface Strengths {
  readonly degrees: number;
  readonly translate: number;
  readonly shear: number;
  readonly scale: Range;
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Draws a map: new = shift + turn * scale * shear * old, given as its inverse. */
function drawPlaceMap(strengths: Strengths, { height, width }: Size, rng: Rng): PlaceMap {
  const radians = (largest: number): number => (rng.between(-largest, largest) * Math.PI) / 180;
  const turn = radians(strengths.degrees);
  const lean = Math.tan(radians(strengths.shear));
  const scale = rng.between(...strengths.scale);
  const down = height * rng.between(-strengths.translate, strengths.translate);
  const across = width * rng.between(-strengths.translate, strengths.translate);
  const [cos, sin] = [Math.cos(turn) / scale, Math.sin(turn) / scale];
  // Turned back first, then the lean undone: x - lean * y.
  const [a, b, d, e] = [cos + lean * sin, sin - lean * cos, -sin, cos];
  return [a, b, -a * across - b * down, d, e, -d * across - e * down];
}

/** Fills one image with the bilinear values of another at mapped places. */
function sample(
  from: Float32Array,
  to: Float32Array,
  { height, width, channels }: Size,
  [a, b, c, d, e, f]: PlaceMap,
  beyond: (index: number, length: number) => number,
): void {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const stride = width * channels;
  for (let row = 0, at = 0; row < height; row++) {
    const [alongX, alongY] = [b * (row - middleY), e * (row - middleY)];
    for (let column = 0; column < width; column++) {
      const x = a * (column - middleX) + alongX + c + middleX;
      const y = d * (column - middleX) + alongY + f + middleY;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      let [x0, x1, row0, row1] = [left, left + 1, top, top + 1];
      // Most lie inside.
      if (x0 < 0 || x1 >= width) [x0, x1] = [beyond(x0, width), beyond(x1, width)];
      if (row0 < 0 || row1 >= height) [row0, row1] = [beyond(row0, height), beyond(row1, height)];
      x0 *= channels;
      x1 *= channels;
      row0 *= stride;
      row1 *= stride;
      const [u, v] = [x - left, y - top];
      for (let k = 0; k < channels; k++, at++) {
        const upper = from[row0 + x0 + k] * (1 - u) + from[row0 + x1 + k] * u;
        const lower = from[row1 + x0 + k] * (1 - u) + from[row1 + x1 + k] * u;
        to[at] = upper * (1 - v) + lower * v;
      }
    }
  }
}

function nearestInside(index: number, length: number): number {
  return Math.min(length - 1, Math.max(0, index));
}
