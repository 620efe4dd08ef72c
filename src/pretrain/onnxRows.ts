import { InputError } from "../core";
import type { OnnxArray } from "./onnxRuntime";

/** How what a network makes becomes one row an image. */
export interface RowsOptions {
  /** Images that went in. */
  readonly count: number;
  /** Whether feature maps have features before rows. */
  readonly channelsFirst: boolean;
  /** What is taken of several tokens. */
  readonly pool: "first" | "mean";
  /** Only for messages. */
  readonly file: string;
}

/**
 * Features of each image: as they are, the first of its tokens or the mean of them, or the mean over the places of its feature maps.
 * [b,d], [b,t,d], [b,d,h,w] or [b,h,w,d] -> [b*d]
 * @throws InputError if there is not something for each image
 */
export function onnxRows(
  { values, shape }: OnnxArray,
  { count, channelsFirst, pool, file }: RowsOptions,
): Float32Array {
  const [images, ...axes] = shape;
  if (images !== count || axes.length < 1 || axes.length > 3)
    throw new InputError({
      got: `"${file}", which makes [${shape.join(",")}] of ${count} images`,
      expected: "[images, features], [images, tokens, features] or feature maps",
      todo: "Choose another output.",
    });
  if (axes.length === 1) return values;
  if (axes.length === 2) {
    const [tokens, dim] = axes;
    return placeMeans(values, { count, dim, places: tokens, taken: pool === "first" ? 1 : tokens });
  }
  if (!channelsFirst) {
    const [dim, places] = [axes[2], axes[0] * axes[1]];
    return placeMeans(values, { count, dim, places, taken: places });
  }
  const [dim, places] = [axes[0], axes[1] * axes[2]];
  // Each feature's map in one piece, as if it were the places of an image of its own.
  return placeMeans(values, { count: count * dim, dim: 1, places, taken: places });
}

/** Sizes of [count,places,dim], and how many of the places are averaged. */
interface Places {
  readonly count: number;
  readonly dim: number;
  readonly places: number;
  readonly taken: number;
}

function placeMeans(values: Float32Array, { count, dim, places, taken }: Places): Float32Array {
  const out = new Float32Array(count * dim);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dim; d++) {
      let sum = 0;
      for (let p = 0; p < taken; p++) sum += values[(i * places + p) * dim + d];
      out[i * dim + d] = sum / taken;
    }
  }
  return out;
}
