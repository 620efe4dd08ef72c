import { createRng, imageSet, type ImageSet } from "../../src/core";

/** Options of a small set whose classes differ in where the image is bright. */
export interface StripesOptions {
  readonly perClass?: number;
  readonly classes?: number;
  readonly size?: number;
  readonly groupSize?: number;
  readonly noise?: number;
}

/** Images with one bright row block a class, in noise: easy, but not for one pixel alone. */
export function stripes(options: StripesOptions = {}): ImageSet {
  const { perClass = 20, classes = 3, size = 8, groupSize = 5, noise = 0.3 } = options;
  const rng = createRng(11);
  const n = perClass * classes;
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const pixels = new Float32Array(n * size * size);
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < size; y++) {
      const bright = Math.floor((y * classes) / size) === labels[i] ? 1 : 0;
      for (let x = 0; x < size; x++)
        pixels[(i * size + y) * size + x] = bright + noise * rng.normal();
    }
  }
  return imageSet({
    name: "stripes",
    pixels,
    shape: [size, size, 1],
    labels,
    classNames: Array.from({ length: classes }, (_, c) => `class ${c}`),
    groups: Array.from({ length: n }, (_, i) => `scan ${Math.floor(i / groupSize)}`),
    unit: "pm",
  });
}
