import { createRng, imageSet, type ImageSet } from "../../src/core";

/** How hard a set is to tell by an untrained network. */
export interface SawTeethOptions {
  /** @default 160 */
  readonly count?: number;
  /** Standard deviation, where the teeth are 1 high. @default 0.1 */
  readonly noise?: number;
  /** How much images differ in level and contrast, which says nothing of their class. @default 1 */
  readonly nuisance?: number;
}

/**
 * Ramps that repeat along one of four directions, a class each, anywhere and of any contrast and level: easy to see, but not to a network
 * that has learnt nothing. Images of 12 x 12 pixels.
 */
export function sawTeeth(options: SawTeethOptions = {}): ImageSet {
  const { count = 160, noise = 0.1, nuisance = 1 } = options;
  const size = 12;
  const rng = createRng(3);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const pixels = new Float32Array(count * size * size);
  labels.forEach((label, i) => {
    const gain = Math.exp(nuisance * rng.between(-0.7, 0.7));
    const level = nuisance * gain * rng.between(-0.5, 0.5);
    const [phase, period] = [rng.between(0, 1), rng.between(3.2, 4.2)];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const along = [x, y, (x + y) / Math.SQRT2, (x - y) / Math.SQRT2][label] / period + phase;
        const tooth = along - Math.floor(along) + noise * rng.normal();
        pixels[(i * size + y) * size + x] = level + gain * tooth;
      }
    }
  });
  const classNames = ["across", "down", "falling", "rising"];
  return imageSet({ name: "saw teeth", pixels, shape: [size, size, 1], labels, classNames, unit: "1" }); // prettier-ignore
}
