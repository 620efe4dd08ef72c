import type { StoredTensor } from "./safetensors";

/** The first kernels of our networks. */
const stems = ["stem.conv.weight", "block1.conv.weight"];

/**
 * Fits weights to images with another number of channels: every new channel gets the mean of the old ones' kernels, times old over new, so that equal
 * channels give what they gave before. One channel thus gets the sum. Means and spreads are averaged.
 */
export function adaptChannels(
  tensors: ReadonlyMap<string, StoredTensor>,
  channels: number,
): ReadonlyMap<string, StoredTensor> {
  const out = new Map(tensors);
  for (const name of stems) {
    const stem = tensors.get(name);
    if (stem !== undefined) out.set(name, repeatStem(stem, channels));
  }
  for (const name of ["input.mean", "input.std"]) {
    const stored = tensors.get(name);
    if (stored === undefined) continue;
    const data = Array.from(stored.data);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    out.set(name, { shape: [channels], data: new Float32Array(channels).fill(mean) });
  }
  return out;
}

/** [k,k,old,out] -> [k,k,channels,out] */
function repeatStem({ shape, data }: StoredTensor, channels: number): StoredTensor {
  const [height, width, old, outputs] = shape;
  const out = new Float32Array(height * width * channels * outputs);
  for (let p = 0; p < height * width; p++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < old; i++) sum += data[(p * old + i) * outputs + o];
      for (let c = 0; c < channels; c++) out[(p * channels + c) * outputs + o] = sum / channels;
    }
  return { shape: [height, width, channels, outputs], data: out };
}
