import { InputError, tf, type ImageSet, type Network } from "../core";

/** Values read at a time. */
const chunkValues = 4e6;

/**
 * Sets a network's "input.mean" and "input.std" to the mean and standard deviation of each channel over images, in float64.
 * A constant channel keeps the spread 1.
 * @throws InputError if there is no image, or a pixel is not a finite number
 */
export function setInputStatistics(network: Network, images: ImageSet): void {
  const { mean, std } = channelStatistics(images);
  const assign = (name: string, values: readonly number[]): void =>
    tf.tidy(() => {
      for (const own of [name, `last.${name}`])
        network.variables.get(own)?.assign(tf.tensor1d([...values]));
    });
  assign("input.mean", mean);
  assign("input.std", std);
}

/**
 * Mean and standard deviation of each channel over images, in float64; a constant channel has the spread 1. n images -> [c], [c]
 * @throws InputError if there is no image, or a pixel is not a finite number
 */
export function channelStatistics(images: ImageSet): { mean: number[]; std: number[] } {
  const [height, width, channels] = images.shape;
  const n = images.ids.length;
  if (n === 0) {
    throw new InputError({
      got: `no image in "${images.name}"`,
      expected: "at least one",
      todo: "Check where the images come from.",
    });
  }
  const chunk = Math.max(1, Math.floor(chunkValues / (height * width * channels)));
  const mean = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  let seen = 0;
  for (let from = 0; from < n; from += chunk) {
    const indices = Int32Array.from({ length: Math.min(chunk, n - from) }, (_, i) => from + i);
    const values = images.pixels.read(indices);
    const count = values.length / channels;
    for (let c = 0; c < channels; c++) {
      const now = chunkMoments(values, c, channels);
      // Chan, Golub & LeVeque 1979: joins the moments of two parts without cancellation.
      const difference = now.mean - mean[c];
      squares[c] += now.squares + (difference * difference * seen * count) / (seen + count);
      mean[c] += (difference * count) / (seen + count);
    }
    seen += count;
  }
  mean.forEach((value, c) => checkFinite(value, c, images.name));
  return { mean, std: squares.map((sum) => Math.sqrt(sum / seen) || 1) };
}

function chunkMoments(
  values: Float32Array,
  first: number,
  step: number,
): { mean: number; squares: number } {
  let sum = 0;
  for (let i = first; i < values.length; i += step) sum += values[i];
  const mean = sum / (values.length / step);
  let squares = 0;
  for (let i = first; i < values.length; i += step) squares += (values[i] - mean) ** 2;
  return { mean, squares };
}

function checkFinite(mean: number, channel: number, name: string): void {
  if (Number.isFinite(mean)) return;
  throw new InputError({
    got: `pixels in channel ${channel} of "${name}" that are not finite numbers`,
    expected: "a number in every pixel",
    todo: "Leave out the images with missing pixels, or fill these.",
  });
}
