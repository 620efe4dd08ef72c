import { tf, type Tensor, type Tensor4D } from "../core";
import { onImages } from "./onImages";

/** A part of an image in pixels; 0 is the outer edge of the first pixel. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Whole pixels from `from` to `to`, both included, on one axis; `to` before `from` mirrors. */
export type PixelSpan = readonly [from: number, to: number];

/**
 * Resamples one box of each image bilinearly, with pixel centres on half numbers; beyond the border the outermost
 * pixel goes on. [b,h,w,c] -> [b,size,c]
 */
export function resampleBoxes(
  images: Tensor4D,
  boxes: readonly CropBox[],
  size: readonly [height: number, width: number],
): Tensor4D {
  const [count, height, width] = images.shape;
  const places = (): Tensor[] => {
    const all = boxes.flatMap((box) => [
      ...firstAndStep(box.top, box.height, size[0]),
      ...firstAndStep(box.left, box.width, size[1]),
    ]);
    return [tf.tensor2d(all, [count, 4]), tf.tensor1d([...size], "int32")];
  };
  const own = onImages("FewscopeResample", images, places);
  if (own !== undefined) return own as Tensor4D;
  const corners = new Float32Array(4 * count);
  boxes.forEach((box, i) => {
    const [top, bottom] = centres(box.top, box.height, size[0], height);
    const [left, right] = centres(box.left, box.width, size[1], width);
    corners.set([top, left, bottom, right], 4 * i);
  });
  // TensorFlow fills beyond the outermost pixel centres with a constant; one more pixel all round is never left.
  const around: [number, number][] = [[0, 0], [1, 1], [1, 1], [0, 0]]; // prettier-ignore
  return cropAndResize(tf.mirrorPad(images, around, "symmetric"), corners, size, "bilinear");
}

/**
 * Where the centres of the first and the last new pixel lie on one axis of the padded image, as shares of the way from
 * its first pixel to its last, which is how TensorFlow counts.
 */
function centres(start: number, extent: number, pixels: number, length: number): [number, number] {
  const [place, step] = firstAndStep(start, extent, pixels);
  // The padding adds one pixel.
  const first = place + 1;
  const last = first + (pixels - 1) * step;
  return [first / (length + 1), last / (length + 1)];
}

/** Where the centre of the first new pixel lies between those of the old ones on one axis, and how far the next is. */
function firstAndStep(start: number, extent: number, pixels: number): [number, number] {
  const step = extent / pixels;
  // A centre lies half a pixel in from the edge, in the new image and in the old one.
  return [start + step / 2 - 0.5, step];
}

/** What lies beyond the border: the image mirrored at its outermost pixel, or zeros. */
export type Beyond = "reflect" | "zero";

/**
 * Copies a rectangle of whole pixels out of each image, mirrored where a span runs backwards, without changing a bit
 * of any value. All rectangles have one size; they may reach `padding` pixels beyond the border, counted on from it. [b,h,w,c] -> [b,h',w',c]
 */
export function copyRectangles(
  images: Tensor4D,
  rectangle: (image: number) => readonly [rows: PixelSpan, columns: PixelSpan],
  { padding, beyond }: { padding: number; beyond: Beyond } = { padding: 0, beyond: "reflect" },
): Tensor4D {
  const [count, height, width] = images.shape;
  const rectangles = Array.from({ length: count }, (_, i) => rectangle(i));
  const size = (rectangles.at(-1)?.map(pixelsIn) ?? [height, width]) as [number, number];
  const places = (): Tensor[] => [
    tf.tensor2d(rectangles.flat(2), [count, 4], "int32"),
    tf.tensor1d(size, "int32"),
  ];
  const own = onImages("FewscopeCopyRectangles", images, places, { zero: beyond === "zero" ? 1 : 0 }); // prettier-ignore
  if (own !== undefined) return own as Tensor4D;
  const corners = new Float32Array(4 * count);
  for (const [i, [rows, columns]] of rectangles.entries()) {
    const [top, bottom] = inward(rows, height, padding);
    const [left, right] = inward(columns, width, padding);
    corners.set([top, left, bottom, right], 4 * i);
  }
  return cropAndResize(padded(images, padding, beyond), corners, size, "nearest");
}

function padded(images: Tensor4D, padding: number, beyond: Beyond): Tensor4D {
  if (padding === 0) return images;
  const around: [number, number][] = [[0, 0], [padding, padding], [padding, padding], [0, 0]]; // prettier-ignore
  return beyond === "zero" ? tf.pad(images, around) : tf.mirrorPad(images, around, beyond);
}

function pixelsIn([from, to]: PixelSpan): number {
  return Math.abs(to - from) + 1;
}

/** Ends as shares of the padded axis, a hundredth of a pixel inwards: rounding must not step over the border, beyond which is only fill. */
function inward([from, to]: PixelSpan, length: number, padding: number): [number, number] {
  const last = length + 2 * padding - 1;
  if (last === 0) return [0, 0];
  const nudge = Math.sign(to - from) * 0.01;
  return [(padding + from + nudge) / last, (padding + to - nudge) / last];
}

/** TensorFlow's crop and resize with one box for each image; corners are top, left, bottom, right. */
function cropAndResize(
  images: Tensor4D,
  corners: Float32Array,
  size: readonly [height: number, width: number],
  method: "bilinear" | "nearest",
): Tensor4D {
  const count = images.shape[0];
  const own = Int32Array.from({ length: count }, (_, i) => i);
  return tf.image.cropAndResize(
    images,
    tf.tensor2d(corners, [count, 4]),
    tf.tensor1d(own, "int32"),
    [size[0], size[1]],
    method,
  );
}
