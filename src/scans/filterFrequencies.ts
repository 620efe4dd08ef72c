import { fourierTransform } from "./fourierTransform";
import { mean, measured } from "./orderStatistics";

/**
 * Multiplies the Fourier transform by a gain for each pair of whole numbers of waves across the frame, the same for a pair
 * and its opposite. What is not measured counts as the mean, and stays unmeasured.
 */
export function filterFrequencies(
  data: Float64Array,
  width: number,
  gain: (wavesX: number, wavesY: number) => number,
): Float64Array {
  const height = data.length / width;
  const middle = mean(measured(data));
  const re = data.map((value) => (Number.isFinite(value) ? value - middle : 0));
  const im = new Float64Array(data.length);
  fourierTransform({ re, im }, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const factor = gain(x > width / 2 ? x - width : x, y > height / 2 ? y - height : y);
      re[y * width + x] *= factor;
      im[y * width + x] *= factor;
    }
  }
  fourierTransform({ re, im }, width, true);
  return re.map((value, i) => (Number.isFinite(data[i]) ? value + middle : NaN));
}
