import { checkInteger, checkNumber, tf, type ImageSet, type Rng, type Tensor2D, type Tensor4D } from "../core"; // prettier-ignore
import { cellMap, type CellMap } from "./cells";
import type { Target } from "./head";
import { lastStage, scoreImages, targetsFor, targetTensor, type Explained } from "./model";

type Targets = Target | readonly Target[];

/** Images that gradients are taken of at a time: many, since each step costs some; as many as some 100 MB hold. */
function batchOf([height, width]: ImageSet["shape"]): number {
  return Math.max(8, Math.min(256, Math.floor(2 ** 18 / (height * width))));
}

/** Gradients of the targets' scores with respect to pixels. [n*h*w*c] -> the same */
function slopes(
  { maps, head }: Explained,
  pixels: Float32Array,
  shape: ImageSet["shape"],
  targets: readonly Target[],
): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const out = new Float32Array(pixels.length);
  const batch = batchOf(shape);
  for (let from = 0; from < targets.length; from += batch) {
    const part = targets.slice(from, from + batch);
    const result = tf.tidy(() => {
      const values = pixels.subarray(from * size, (from + part.length) * size);
      return slopesAt({ maps, head }, tf.tensor4d(values, [part.length, ...shape]), part);
    });
    out.set(result.dataSync(), from * size);
    result.dispose();
  }
  return out;
}

/** The same of one batch. [b,h,w,c] -> [b,h,w,c] */
function slopesAt(
  { maps, head }: Explained,
  images: Tensor4D,
  targets: readonly Target[],
): Tensor4D {
  const stage = lastStage(maps);
  const score = (x: Tensor4D) => targetTensor(head, maps.from(maps.upTo(x, stage), stage), targets);
  return tf.grad(score as never)(images) as Tensor4D;
}

function everyPixel({ ids, pixels }: ImageSet): Float32Array {
  return pixels.read(Int32Array.from(ids.keys()));
}

/** Gradient of a score with respect to each pixel, with its sign. n images -> [n*h*w*c] */
export function gradients(model: Explained, images: ImageSet, targets: Targets): Float32Array {
  return slopes(model, everyPixel(images), images.shape, targetsFor(targets, images.ids.length));
}

/** Each pixel times its gradient: points at whatever stands out, even in a network that has learnt nothing. n images -> [n*h*w*c] */
export function inputTimesGradient(
  model: Explained,
  images: ImageSet,
  targets: Targets,
): Float32Array {
  const pixels = everyPixel(images);
  const found = slopes(model, pixels, images.shape, targetsFor(targets, images.ids.length));
  return found.map((value, i) => value * pixels[i]);
}

/**
 * Mean gradient over copies with noise. n images -> [n*h*w*c]
 * @param noise one standard deviation, in the images' unit: one to two times that of the measurement
 * @see Smilkov et al. 2017, arXiv:1706.03825
 */
export function smoothGradients(
  model: Explained,
  images: ImageSet,
  targets: Targets,
  { noise, copies = 25, rng }: { readonly noise: number; readonly copies?: number; readonly rng: Rng }, // prettier-ignore
): Float32Array {
  checkNumber("noise", noise, { min: 0 });
  checkInteger("copies", copies, { min: 1 });
  const pixels = everyPixel(images);
  const list = targetsFor(targets, images.ids.length);
  const sum = new Float32Array(pixels.length);
  for (let k = 0; k < copies; k++) {
    const noisy = pixels.map((value) => value + noise * rng.normal());
    slopes(model, noisy, images.shape, list).forEach((value, i) => (sum[i] += value / copies));
  }
  return sum;
}

/** Integrated gradients of a set. */
export interface Integrated {
  /** [n*h*w*c] */
  readonly values: Float32Array;
  /** By how much the pixels' sum misses the difference of the scores, over that difference. [n] */
  readonly incomplete: Float64Array;
  /** Points on the way that it took. */
  readonly points: number;
  /** What to say where more than 2 % is missing. */
  readonly warning?: string;
}

/** From where, and in how many steps, gradients are integrated. */
export interface IntegratedOptions {
  /** Images that the way begins at, such as those of `cleanImages`. @default the lower median of each image: a flat terrace */
  readonly baseline?: Float32Array;
  /** Points on the way, the midpoints of as many equal steps. @default 64 */
  readonly points?: number;
  /** Points are doubled up to so many while more than 2 % of the score is missing. @default 512 */
  readonly most?: number;
}

/**
 * Gradients integrated on the straight way from a baseline, by midpoints, whose weights add up to 1. A pixel that equals its baseline gets 0, so that a baseline of
 * the clean crystal points at the defect whatever was learnt. n images -> [n*h*w*c]
 * @see Sundararajan, Taly & Yan 2017, arXiv:1703.01365
 */
export function integratedGradients(
  model: Explained,
  images: ImageSet,
  targets: Targets,
  { baseline, points = 64, most = 512 }: IntegratedOptions = {},
): Integrated {
  checkInteger("points", points, { min: 1 });
  const pixels = everyPixel(images);
  const list = targetsFor(targets, images.ids.length);
  const from = baseline ?? medians(pixels, list.length);
  const score = scoreImages(model, images.shape);
  const [ends, starts] = [score(pixels, list), score(from, list)];
  const size = pixels.length / Math.max(1, list.length);
  for (let count = points; ; count *= 2) {
    const mean = meanSlopes(model, { pixels, from, shape: images.shape }, list, count);
    const values = mean.map((value, i) => value * (pixels[i] - from[i]));
    const incomplete = Float64Array.from(list, (_, i) => {
      const sum = values.subarray(i * size, (i + 1) * size).reduce((total, v) => total + v, 0);
      const change = ends[i] - starts[i];
      return Math.abs(sum - change) / Math.max(1e-9, Math.abs(change));
    });
    const missed = incomplete.filter((share) => share > 0.02).length;
    if (missed === 0) return { values, incomplete, points: count };
    if (2 * count > most) {
      const warning = `The pixels of ${missed} of ${list.length} images miss more than 2 % of the score's change with ${count} points.`;
      return { values, incomplete, points: count, warning };
    }
  }
}

/** The way from a baseline to an image, for each image. */
interface Way {
  readonly pixels: Float32Array;
  readonly from: Float32Array;
  readonly shape: ImageSet["shape"];
}

/** Mean gradient at the midpoints of equal steps of the way. Few images go through the network at several points together. [n*h*w*c] */
function meanSlopes(
  model: Explained,
  { pixels, from, shape }: Way,
  targets: readonly Target[],
  points: number,
): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const out = new Float32Array(pixels.length);
  const batch = batchOf(shape);
  for (let first = 0; first < targets.length; first += batch) {
    const part = targets.slice(first, first + batch);
    const images = (values: Float32Array): Tensor4D =>
      tf.tensor4d(values.subarray(first * size, (first + part.length) * size), [part.length, ...shape]); // prettier-ignore
    const together = Math.max(1, Math.floor(batch / part.length));
    const [start, way] = tf.tidy(() => {
      const begin = images(from);
      return [begin, images(pixels).sub<Tensor4D>(begin)];
    });
    let sum = tf.zerosLike(start);
    for (let k = 0; k < points; k += together) {
      const shares = Array.from({ length: Math.min(together, points - k) }, (_, i) => (k + i + 0.5) / points); // prettier-ignore
      const next = tf.tidy(() => {
        const between = tf.concat(shares.map((share) => start.add<Tensor4D>(way.mul(share))));
        const found = slopesAt(model, between, shares.flatMap(() => part)); // prettier-ignore
        return tf.split(found, shares.length).reduce<Tensor4D>((total, one) => total.add(one), sum);
      });
      sum.dispose();
      sum = next;
    }
    sum.dataSync<"float32">().forEach((value, i) => (out[first * size + i] = value / points));
    tf.dispose([start, way, sum]);
  }
  return out;
}

/** Each image's lower median in all its pixels. */
function medians(pixels: Float32Array, count: number): Float32Array {
  const size = pixels.length / Math.max(1, count);
  const out = new Float32Array(pixels.length);
  for (let i = 0; i < count; i++) {
    const order = pixels.slice(i * size, (i + 1) * size).sort();
    out.fill(order[(size - 1) >> 1], i * size, (i + 1) * size);
  }
  return out;
}

/** How a stage's map and its gradient are made one map. */
export type LayerMapKind = "gradCam" | "hiResCam" | "layerCam" | "xGradCam";

/**
 * A map of a stage from its values A and the score's gradient g there, in units of the score, signs kept: sums over channels of mean(g) A (gradCam), g A (hiResCam),
 * max(g, 0) A (layerCam, finer in early stages), or of (sum g A / sum A) A (xGradCam). On the last, averaged map of a linear head hiResCam and gradCam are
 * the exact evidence. n images -> n maps
 * @param stage index of the map, negative from the end
 * @see Selvaraju et al. 2017, arXiv:1610.02391; Draelos & Carin 2020, arXiv:2011.08891; Jiang et al. 2021, doi:10.1109/TIP.2021.3089943; Fu et al. 2020, arXiv:2008.02312
 */
export function layerMap(
  { maps, head }: Explained,
  images: ImageSet,
  targets: Targets,
  { kind = "layerCam", stage = -1 }: { readonly kind?: LayerMapKind; readonly stage?: number } = {},
): CellMap[] {
  const at = stage < 0 ? maps.stages.length + stage : stage;
  checkInteger("stage", at, { min: 0, max: maps.stages.length - 1 });
  const list = targetsFor(targets, images.ids.length);
  const out: CellMap[] = [];
  const batch = batchOf(images.shape);
  for (let from = 0; from < list.length; from += batch) {
    const part = list.slice(from, from + batch);
    const indices = Array.from(part, (_, i) => from + i);
    const map = tf.tidy(() => maps.upTo(tf.tensor4d(images.pixels.read(indices), [part.length, ...images.shape]), at)); // prettier-ignore
    const grad = tf.tidy(() => {
      const score = (x: Tensor4D): Tensor2D => targetTensor(head, maps.from(x, at), part) as never;
      return tf.grad(score as never)(map);
    });
    const [, rows, columns, channels] = map.shape;
    const [a, g] = [map.dataSync<"float32">(), grad.dataSync() as Float32Array];
    tf.dispose([map, grad]);
    const size = rows * columns * channels;
    part.forEach((_, i) => {
      const one = joined(a.subarray(i * size, (i + 1) * size), g.subarray(i * size, (i + 1) * size), channels, kind); // prettier-ignore
      out.push(cellMap(one, [rows, columns], maps.stages[at]));
    });
  }
  return out;
}

function joined(
  a: Float32Array,
  g: Float32Array,
  channels: number,
  kind: LayerMapKind,
): Float64Array {
  const n = a.length / channels;
  const [sumG, sumA, sumGA] = [0, 1, 2].map(() => new Float64Array(channels));
  for (let at = 0; at < a.length; at++) {
    sumG[at % channels] += g[at];
    sumA[at % channels] += a[at];
    sumGA[at % channels] += g[at] * a[at];
  }
  const weight = (at: number): number => {
    const k = at % channels;
    if (kind === "gradCam") return sumG[k] / n;
    if (kind === "xGradCam") return sumA[k] === 0 ? 0 : sumGA[k] / sumA[k];
    return kind === "layerCam" ? Math.max(0, g[at]) : g[at];
  };
  const out = new Float64Array(n);
  for (let at = 0; at < a.length; at++) out[Math.floor(at / channels)] += weight(at) * a[at];
  return out;
}
