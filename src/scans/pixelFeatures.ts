import type { DefectResponse } from "./defectResponse";
import { sample } from "./orderStatistics";
import { smooth } from "./smooth";

/** Scales in nm: an atom, a dimer, a small cluster. */
const scales = [0.12, 0.25, 0.5];

/**
 * What tells the pixels of a surface apart: at each scale the deviation from the clean surface, its size, slope and
 * curvatures. Large values are drawn in by log(1 + |x|); each feature has mean 0 and spread 1 over the scan. One array
 * for each feature, 0 where nothing is measured.
 */
export function pixelFeatures({ deviation, grid }: DefectResponse): readonly Float64Array[] {
  const { width, nmPerPixel } = grid;
  const features: Float64Array[] = [];
  for (const nm of scales) {
    const sigmas = [nm / nmPerPixel[0], nm / nmPerPixel[1]] as const;
    const z = smooth(deviation, width, sigmas);
    features.push(z, z.map(Math.abs), smooth(deviation.map(Math.abs), width, sigmas));
    features.push(...derivatives(z, width, sigmas));
  }
  return features.map(standardised);
}

/** Slope and the larger and smaller curvature, in units of the scale. */
function derivatives(
  z: Float64Array,
  width: number,
  [sx, sy]: readonly [number, number],
): Float64Array[] {
  const height = z.length / width;
  const [slope, most, least] = [0, 1, 2].map(() => new Float64Array(z.length));
  const [u, v] = [Math.max(1, Math.round(sx)), Math.max(1, Math.round(sy))];
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - v) * width, Math.min(height - 1, y + v) * width];
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const [left, right] = [Math.max(0, x - u), Math.min(width - 1, x + u)];
      const row = y * width;
      const across = z[row + right] - z[row + left];
      const down = z[below + x] - z[above + x];
      slope[i] = Math.sqrt(across * across + down * down) / 2;
      const xx = z[row + right] + z[row + left] - 2 * z[i];
      const yy = z[below + x] + z[above + x] - 2 * z[i];
      const xy = (z[below + right] + z[above + left] - z[below + left] - z[above + right]) / 4;
      const spread = Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
      most[i] = (xx + yy) / 2 + spread;
      least[i] = (xx + yy) / 2 - spread;
    }
  }
  return [slope, most, least];
}

function standardised(values: Float64Array): Float64Array {
  const drawn = values.map((value) => Math.sign(value) * Math.log1p(Math.abs(value)));
  const some = sample(drawn);
  let [sum, squares] = [0, 0];
  for (const value of some) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / some.length;
  const spread = Math.sqrt(Math.max(squares / some.length - mean * mean, 1e-12));
  return drawn.map((value) => (Number.isNaN(value) ? 0 : (value - mean) / spread));
}
