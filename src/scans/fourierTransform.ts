/** Complex numbers, real and imaginary parts apart. */
export interface ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Discrete Fourier transform of a grid in place, rows and columns of any length; the inverse divides by the number of
 * pixels. Powers of two are fast, others cost about four times as much.
 */
export function fourierTransform({ re, im }: ComplexArray, width: number, inverse = false): void {
  // The inverse is the transform with the two parts exchanged.
  const [a, b] = inverse ? [im, re] : [re, im];
  const height = re.length / width;
  const alongRow = planFor(width);
  for (let y = 0; y < height; y++)
    alongRow(a.subarray(y * width, (y + 1) * width), b.subarray(y * width, (y + 1) * width));
  // Several columns at a time, so that memory is read in whole pieces.
  const alongColumn = planFor(height);
  const columnsA = Array.from({ length: together }, () => new Float64Array(height));
  const columnsB = Array.from({ length: together }, () => new Float64Array(height));
  for (let from = 0; from < width; from += together) {
    const count = Math.min(together, width - from);
    for (let y = 0; y < height; y++) {
      const at = y * width + from;
      for (let k = 0; k < count; k++) {
        columnsA[k][y] = a[at + k];
        columnsB[k][y] = b[at + k];
      }
    }
    for (let k = 0; k < count; k++) alongColumn(columnsA[k], columnsB[k]);
    for (let y = 0; y < height; y++) {
      const at = y * width + from;
      for (let k = 0; k < count; k++) {
        a[at + k] = columnsA[k][y];
        b[at + k] = columnsB[k][y];
      }
    }
  }
  if (!inverse) return;
  const scale = 1 / re.length;
  for (let i = 0; i < re.length; i++) {
    re[i] *= scale;
    im[i] *= scale;
  }
}

/** Columns that are copied out at a time. */
const together = 8;

type Plan = (re: Float64Array, im: Float64Array) => void;

/** A transform of one line, with its tables made once. */
function planFor(length: number): Plan {
  return (length & (length - 1)) === 0 ? powerOfTwo(length) : bluestein(length);
}

/** Cooley and Tukey, decimation in time. */
function powerOfTwo(length: number): Plan {
  const cos = Float64Array.from({ length: length / 2 }, (_, i) =>
    Math.cos((2 * Math.PI * i) / length),
  );
  const sin = Float64Array.from({ length: length / 2 }, (_, i) =>
    Math.sin((2 * Math.PI * i) / length),
  );
  const bits = Math.round(Math.log2(length));
  const swaps = Uint32Array.from({ length }, (_, i) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
  return (re, im) => {
    for (let i = 0; i < length; i++) {
      const j = swaps[i];
      if (j <= i) continue;
      const real = re[i];
      const imaginary = im[i];
      re[i] = re[j];
      im[i] = im[j];
      re[j] = real;
      im[j] = imaginary;
    }
    for (let size = 2; size <= length; size *= 2) {
      const half = size / 2;
      const stride = length / size;
      for (let from = 0; from < length; from += size) {
        for (let k = 0; k < half; k++) {
          const c = cos[k * stride];
          const s = sin[k * stride];
          const low = from + k;
          const high = low + half;
          const u = re[high] * c + im[high] * s;
          const v = im[high] * c - re[high] * s;
          re[high] = re[low] - u;
          im[high] = im[low] - v;
          re[low] += u;
          im[low] += v;
        }
      }
    }
  };
}

/**
 * Any length as a convolution of a power of two.
 * @see Bluestein 1970, doi:10.1109/TAU.1970.1162132
 */
function bluestein(length: number): Plan {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const plan = powerOfTwo(size);
  // i^2 modulo 2n, since the angle of a large square would lose its digits.
  const angle = (i: number): number => (Math.PI * ((i * i) % (2 * length))) / length;
  const cos = Float64Array.from({ length }, (_, i) => Math.cos(angle(i)));
  const sin = Float64Array.from({ length }, (_, i) => Math.sin(angle(i)));
  const chirpRe = new Float64Array(size);
  const chirpIm = new Float64Array(size);
  for (let i = 0; i < length; i++) {
    chirpRe[i] = chirpRe[(size - i) % size] = cos[i];
    chirpIm[i] = chirpIm[(size - i) % size] = sin[i];
  }
  plan(chirpRe, chirpIm);
  return (re, im) => {
    const u = new Float64Array(size);
    const v = new Float64Array(size);
    for (let i = 0; i < length; i++) {
      u[i] = re[i] * cos[i] + im[i] * sin[i];
      v[i] = im[i] * cos[i] - re[i] * sin[i];
    }
    plan(u, v);
    for (let i = 0; i < size; i++) {
      const real = u[i] * chirpRe[i] - v[i] * chirpIm[i];
      const imaginary = u[i] * chirpIm[i] + v[i] * chirpRe[i];
      // Parts exchanged for the way back.
      u[i] = imaginary;
      v[i] = real;
    }
    plan(u, v);
    for (let i = 0; i < length; i++) {
      const [real, imaginary] = [v[i] / size, u[i] / size];
      re[i] = real * cos[i] + imaginary * sin[i];
      im[i] = imaginary * cos[i] - real * sin[i];
    }
  };
}
