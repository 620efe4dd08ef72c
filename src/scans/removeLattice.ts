import { fourierTransform } from "./fourierTransform";

/** How far above its surroundings in the power spectrum a frequency must stand to belong to the lattice. */
const prominence = 4;
/** Edge of the blocks over which the surroundings are taken, as a share of the frequencies of an axis. */
const blockShare = 1 / 24;

/**
 * Damps the frequencies that stand out of their surroundings in the power spectrum down to the level there: atom rows and
 * cells go, whatever their number of domains, and what occurs once stays. What is not measured counts as 0.
 */
export function removeLattice(data: Float64Array, width: number): Float64Array {
  // Rows that were never reached would end the lattice in mid-frame and smear its peaks.
  const height = data.length / width;
  const row = (y: number): Float64Array => data.subarray(y * width, (y + 1) * width);
  let [first, last] = [0, height];
  while (first < last && row(first).every(Number.isNaN)) first++;
  while (last > first && row(last - 1).every(Number.isNaN)) last--;
  const result = data.slice();
  if (last > first)
    result.set(withoutLattice(data.subarray(first * width, last * width), width), first * width);
  return result;
}

function withoutLattice(data: Float64Array, width: number): Float64Array {
  const height = data.length / width;
  // One transform for both: of the data, and of the data under a window that keeps peaks narrow.
  const re = new Float64Array(data.length);
  const im = new Float64Array(data.length);
  const [windowX, windowY] = [hann(width), hann(height)];
  for (let i = 0; i < data.length; i++) {
    re[i] = Number.isNaN(data[i]) ? 0 : data[i];
    im[i] = re[i] * windowX[i % width] * windowY[Math.floor(i / width)];
  }
  fourierTransform({ re, im }, width);
  const power = new Float64Array(data.length);
  const plainRe = new Float64Array(data.length);
  const plainIm = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const j = ((height - y) % height) * width + ((width - x) % width);
      plainRe[i] = (re[i] + re[j]) / 2;
      plainIm[i] = (im[i] - im[j]) / 2;
      const [u, v] = [(im[i] + im[j]) / 2, (re[j] - re[i]) / 2];
      power[i] = u * u + v * v;
    }
  }
  const blurred = blurWrapped(power, width);
  const level = surroundings(blurred, width);
  for (let i = 0; i < data.length; i++) {
    const ratio = blurred[i] / (prominence * level[i]);
    const gain = ratio > 1 ? 1 / Math.sqrt(ratio) : 1;
    plainRe[i] *= gain;
    plainIm[i] *= gain;
  }
  fourierTransform({ re: plainRe, im: plainIm }, width, true);
  return plainRe.map((value, i) => (Number.isNaN(data[i]) ? NaN : value));
}

function hann(length: number): Float64Array {
  return Float64Array.from(
    { length },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (length + 1)),
  );
}

/** A small blur, 1 2 1 on both axes, over the borders. */
function blurWrapped(data: Float64Array, width: number): Float64Array {
  const height = data.length / width;
  const along = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += width) {
    for (let x = 0; x < width; x++) {
      const left = data[from + (x === 0 ? width - 1 : x - 1)];
      const right = data[from + (x === width - 1 ? 0 : x + 1)];
      along[from + x] = (left + 2 * data[from + x] + right) / 4;
    }
  }
  const result = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    const above = (y === 0 ? height - 1 : y - 1) * width;
    const below = (y === height - 1 ? 0 : y + 1) * width;
    for (let x = 0; x < width; x++)
      result[y * width + x] = (along[above + x] + 2 * along[y * width + x] + along[below + x]) / 4;
  }
  return result;
}

/** Medians over blocks of frequencies, and between them by linear interpolation. */
function surroundings(power: Float64Array, width: number): Float64Array {
  const height = power.length / width;
  const size = (length: number): number => Math.max(4, Math.round(length * blockShare));
  const [blockX, blockY] = [size(width), size(height)];
  const [columns, rows] = [Math.ceil(width / blockX), Math.ceil(height / blockY)];
  const medians = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const values: number[] = [];
      for (let y = row * blockY; y < Math.min(height, (row + 1) * blockY); y++)
        for (let x = column * blockX; x < Math.min(width, (column + 1) * blockX); x++)
          values.push(power[y * width + x]);
      const order = Float64Array.from(values).sort();
      medians[row * columns + column] = order[order.length >> 1];
    }
  }
  const place = (at: number, block: number, count: number): readonly [number, number, number] => {
    const exact = (at + 0.5) / block - 0.5;
    const first = Math.floor(exact);
    return [(first + count) % count, (first + 1) % count, exact - first];
  };
  const across = Array.from({ length: width }, (_, x) => place(x, blockX, columns));
  const result = new Float64Array(power.length);
  for (let y = 0; y < height; y++) {
    const [a, b, t] = place(y, blockY, rows);
    for (let x = 0; x < width; x++) {
      const [c, d, s] = across[x];
      result[y * width + x] =
        (1 - t) * ((1 - s) * medians[a * columns + c] + s * medians[a * columns + d]) +
        t * ((1 - s) * medians[b * columns + c] + s * medians[b * columns + d]);
    }
  }
  // A surface without noise has no level to compare with.
  let most = Number.MIN_VALUE;
  for (let i = 0; i < power.length; i++) if (power[i] > most) most = power[i];
  for (let i = 0; i < result.length; i++) if (result[i] < 1e-12 * most) result[i] = 1e-12 * most;
  return result;
}
