import { medianSpread } from "./medianSpread";
import type { PatchShape } from "./patchLattice";

/** Most lines that a stroke covers; what is thicker may be a feature. */
const mostLines = 2;
/** How far a stroke stands out of the lines above and below: in deviations of the noise, and as a part of what is there. */
const least = { noise: 6, share: 0.7 };

/**
 * Takes scars and spikes of one or two lines out of what differs from the crystal: a tip draws nothing that ends between two lines. Each is filled with the mean of the
 * lines above and below; a feature three pixels wide falls too little from line to line to be taken for one. [h*w] -> [h*w]
 */
export function withoutStrokes(
  difference: Float64Array,
  { height, width }: PatchShape,
): Float64Array {
  const bound = least.noise * medianSpread(difference);
  const out = difference.slice();
  for (let lines = 1; lines <= mostLines; lines++) {
    for (let y = 1; y + lines < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const above = out[at - width];
        // Most pixels end here.
        if (Math.abs(out[at] - above) <= bound) continue;
        const below = out[at + lines * width];
        let low = Infinity;
        let high = -Infinity;
        for (let k = 0; k < lines; k++) {
          low = Math.min(low, out[at + k * width]);
          high = Math.max(high, out[at + k * width]);
        }
        const excess = Math.max(low - Math.max(above, below), Math.min(above, below) - high);
        const largest = Math.max(Math.abs(above), Math.abs(below), Math.abs(low), Math.abs(high));
        if (!(excess > Math.max(bound, least.share * largest))) continue;
        for (let k = 0; k < lines; k++) out[at + k * width] = (above + below) / 2;
      }
    }
  }
  return out;
}
