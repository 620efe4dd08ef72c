import { createRng, imageSet, type ImageSet, type Rng } from "../../core";

/** How many digits are drawn, and how large. */
export interface DrawnDigitsOptions {
  /** Images of each digit to learn from. @default 100 */
  readonly train?: number;
  /** Images of each digit for the test. @default 40 */
  readonly test?: number;
  /** Edge of the images, in pixels. @default 12 */
  readonly size?: number;
  /** @default 1 */
  readonly seed?: number;
}

type Point = readonly [x: number, y: number];

/** A line through some points, in a box from (0,0), top left, to (1,1). */
export type Stroke = readonly Point[];

/** Points on an ellipse, from one angle to another in degrees, clockwise from the right. */
export function arc([x, y]: Point, [rx, ry]: Point, from: number, to: number): Stroke {
  const count = 12;
  return Array.from({ length: count + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / count) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const;
  });
}

/** Ways to write each digit, in a box from (0,0), top left, to (1,1). */
const shapes: readonly (readonly (readonly Stroke[])[])[] = [
  [[arc([0.5, 0.5], [0.3, 0.45], 0, 360)]],
  [[[[0.5, 0.05], [0.5, 0.95]]], [[[0.3, 0.25], [0.52, 0.05], [0.52, 0.95]]]], // prettier-ignore
  [[[...arc([0.5, 0.3], [0.28, 0.25], 200, 400), [0.22, 0.95], [0.8, 0.95]]]],
  [[[...arc([0.45, 0.28], [0.28, 0.23], 210, 450), ...arc([0.45, 0.73], [0.3, 0.22], 270, 510)]]],
  [[[[0.6, 0.95], [0.6, 0.05], [0.2, 0.65], [0.82, 0.65]]], [[[0.3, 0.05], [0.25, 0.5], [0.75, 0.5]], [[0.68, 0.1], [0.65, 0.95]]]], // prettier-ignore
  [[[[0.75, 0.05], [0.3, 0.05], [0.27, 0.45], ...arc([0.47, 0.68], [0.3, 0.27], 240, 510)]]], // prettier-ignore
  [[[[0.65, 0.05], ...arc([0.5, 0.68], [0.27, 0.27], 200, 560)]]],
  [[[[0.2, 0.08], [0.8, 0.08], [0.42, 0.95]]], [[[0.2, 0.08], [0.8, 0.08], [0.42, 0.95]], [[0.35, 0.5], [0.75, 0.5]]]], // prettier-ignore
  [[arc([0.5, 0.28], [0.22, 0.22], 0, 360), arc([0.5, 0.73], [0.27, 0.23], 0, 360)]],
  [[arc([0.48, 0.32], [0.26, 0.27], 0, 360), [[0.74, 0.32], [0.7, 0.65], [0.55, 0.95]]]], // prettier-ignore
];

/**
 * Digits as a hand may write them, drawn here, so that nobody's licence is in question: leaning, squeezed, shaky, thick and thin. Every image is its own
 * group; no mirror and no turn keeps a digit. [size,size,1], values in [0,1]
 */
export function drawnDigits(options: DrawnDigitsOptions = {}): ImageSet {
  const ways = Object.fromEntries(shapes.map((of, digit) => [String(digit), of]));
  return drawnCharacters("drawn digits", ways, options);
}

/** As digits, characters of your own: for each its ways to be written. [size,size,1], values in [0,1] */
export function drawnCharacters(
  name: string,
  ways: Readonly<Record<string, readonly (readonly Stroke[])[]>>,
  options: DrawnDigitsOptions = {},
): ImageSet {
  const { train = 100, test = 40, size = 12, seed = 1 } = options;
  const rng = createRng(seed).fork(name);
  const characters = Object.values(ways);
  const count = characters.length;
  const n = count * (train + test);
  const pixels = new Float32Array(n * size * size);
  for (let i = 0; i < n; i++) {
    pixels.set(draw(characters[i % count], size, rng.fork(String(i))), i * size * size);
  }
  return imageSet({
    name,
    pixels,
    shape: [size, size, 1],
    labels: Int32Array.from({ length: n }, (_, i) => i % count),
    classNames: Object.keys(ways),
    parts: Array.from({ length: n }, (_, i) => (i < count * train ? "train" : "test")),
    keepsClass: [],
  });
}

function draw(ways: readonly (readonly Stroke[])[], size: number, rng: Rng): Float32Array {
  const strokes = ways[rng.integer(ways.length)].map((stroke) => stroke.map(bend(rng)));
  const half = rng.between(0.035, 0.085);
  const [ink, soft] = [rng.between(0.7, 1), 0.7 / size];
  const noise = rng.between(0, 0.1);
  return Float32Array.from({ length: size * size }, (_, at) => {
    const point: Point = [((at % size) + 0.5) / size, (Math.floor(at / size) + 0.5) / size];
    const near = Math.min(...strokes.map((stroke) => distance(point, stroke)));
    const covered = Math.min(1, Math.max(0, 0.5 + (half - near) / (2 * soft)));
    return Math.min(1, Math.max(0, ink * covered + noise * rng.normal()));
  });
}

/** One hand's way with all points of a digit: where it stands, how it leans, and a bend that is smooth over the box. */
function bend(rng: Rng): (point: Point) => Point {
  const turn = rng.between(-0.25, 0.25);
  const [lean, width, height] = [rng.between(-0.3, 0.3), rng.between(0.5, 0.85), rng.between(0.6, 0.85)]; // prettier-ignore
  const [right, down] = [rng.between(-0.06, 0.06), rng.between(-0.06, 0.06)];
  const waves = Array.from({ length: 2 }, () => [rng.between(-0.07, 0.07), rng.between(2, 6), rng.between(0, 6)] as const); // prettier-ignore
  return ([px, py]) => {
    const [x, y] = [px - 0.5 + wave(waves[0], py), py - 0.5 + wave(waves[1], px)];
    const [wide, tall] = [width * (x - lean * y), height * y];
    return [
      0.5 + right + wide * Math.cos(turn) - tall * Math.sin(turn),
      0.5 + down + wide * Math.sin(turn) + tall * Math.cos(turn),
    ];
  };
}

function wave([strength, speed, phase]: readonly [number, number, number], at: number): number {
  return strength * Math.sin(speed * at + phase);
}

/** From a point to the nearest of a line. */
function distance([x, y]: Point, line: Stroke): number {
  let least = Infinity;
  for (let i = 1; i < line.length; i++) {
    const [[ax, ay], [bx, by]] = [line[i - 1], line[i]];
    const [dx, dy] = [bx - ax, by - ay];
    const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
    const t = Math.min(1, Math.max(0, along));
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return least;
}
