/**
 * Gaussian blur that leaves out what is not measured: each pixel becomes the weighted mean of the measured ones around it,
 * NaN where there is none within three sigmas.
 * @param sigmas in pixels along rows and across rows, 0 for no blur
 */
export function smooth(
  data: Float64Array,
  width: number,
  sigmas: readonly [x: number, y: number],
): Float64Array {
  const values = new Float64Array(data.length);
  const weights = new Float64Array(data.length);
  let gaps = false;
  for (let i = 0; i < data.length; i++) {
    const known = Number.isFinite(data[i]);
    values[i] = known ? data[i] : 0;
    weights[i] = known ? 1 : 0;
    gaps ||= !known;
  }
  const blurred = blur(values, width, sigmas);
  const share = gaps ? blur(weights, width, sigmas) : undefined;
  // The border has fewer neighbours on every row alike, so its weights are those of one row and one column.
  const along = edgeWeights(width, sigmas[0]);
  const across = edgeWeights(data.length / width, sigmas[1]);
  return blurred.map((value, i) => {
    const weight = share?.[i] ?? along[i % width] * across[Math.floor(i / width)];
    return weight > 1e-6 ? value / weight : NaN;
  });
}

/** Half of a Gaussian kernel, from its middle outwards; the whole sums to 1. */
export function gaussianKernel(sigma: number): Float64Array {
  const reach = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, i) =>
    sigma > 0 ? Math.exp(-(i * i) / (2 * sigma * sigma)) : 1,
  );
  const sum = kernel.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return kernel.map((weight) => weight / sum);
}

function blur(data: Float64Array, width: number, [x, y]: readonly [number, number]): Float64Array {
  return blurColumns(blurRows(data, width, gaussianKernel(x)), width, gaussianKernel(y));
}

function edgeWeights(length: number, sigma: number): Float64Array {
  return blurRows(new Float64Array(length).fill(1), length, gaussianKernel(sigma));
}

function blurRows(data: Float64Array, width: number, kernel: Float64Array): Float64Array {
  const reach = kernel.length - 1;
  if (reach === 0) return data.slice();
  const result = new Float64Array(data.length);
  const padded = new Float64Array(width + 2 * reach);
  for (let from = 0; from < data.length; from += width) {
    padded.set(data.subarray(from, from + width), reach);
    for (let x = 0; x < width; x++) {
      const at = x + reach;
      let sum = kernel[0] * padded[at];
      for (let k = 1; k <= reach; k++) sum += kernel[k] * (padded[at - k] + padded[at + k]);
      result[from + x] = sum;
    }
  }
  return result;
}

function blurColumns(data: Float64Array, width: number, kernel: Float64Array): Float64Array {
  const reach = kernel.length - 1;
  if (reach === 0) return data;
  const height = data.length / width;
  const result = new Float64Array(data.length);
  // Whole rows at a time, so that memory is read in order.
  for (let y = 0; y < height; y++) {
    const to = result.subarray(y * width, (y + 1) * width);
    for (let k = -reach; k <= reach; k++) {
      if (y + k < 0 || y + k >= height) continue;
      const weight = kernel[Math.abs(k)];
      const from = (y + k) * width;
      for (let x = 0; x < width; x++) to[x] += weight * data[from + x];
    }
  }
  return result;
}
