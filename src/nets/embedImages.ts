import { setImmediate } from "node:timers/promises";
import {
  checkInteger,
  floatsToFill,
  readBatch,
  StoppedError,
  valuesOf,
  type Encoder,
  type ImageSet,
  type Progress,
} from "../core";

/** How a whole set is embedded. */
export interface EmbedOptions {
  /** Images at a time, at least 1; changes memory, and at most the last digit of the result. @default 256 */
  readonly batchSize?: number;
  readonly on?: Progress;
}

/**
 * Embeds every image, batch by batch, leaving the event loop free between batches. n images -> [n*d], row-major
 * @throws StoppedError if `on.signal` says so
 */
export async function embedImages(
  encoder: Encoder,
  images: ImageSet,
  { batchSize = 256, on = {} }: EmbedOptions = {},
): Promise<Float32Array> {
  checkInteger("batchSize", batchSize, { min: 1 });
  const n = images.ids.length;
  const out = floatsToFill(n * encoder.dim);
  for (let from = 0; from < n; from += batchSize) {
    if (on.signal?.aborted === true) throw new StoppedError();
    const count = Math.min(batchSize, n - from);
    const indices = Int32Array.from({ length: count }, (_, i) => from + i);
    const place = out.subarray(from * encoder.dim, (from + count) * encoder.dim);
    const rows =
      encoder.asTheyAre === true
        ? images.pixels.read(indices, place)
        : valuesOf(() => encoder.embed(readBatch(images, indices)));
    if (rows !== place) place.set(rows);
    on.report?.({ task: "embedding", done: from + count, total: n, unit: "image" });
    await setImmediate();
  }
  return out;
}
