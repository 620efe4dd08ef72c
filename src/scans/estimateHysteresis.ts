import { InputError, type Scan } from "../core";
import { straighten } from "./hysteresis";
import { chosenChannels, type ChannelOptions } from "./steps";

/** Largest hysteresis looked for, as a share of a row. */
const most = 0.06;

/**
 * How far trace and retrace lie apart in the middle of a row, in nm: positive where the trace shows things too far right.
 * @throws InputError if the scan has not both directions
 */
export function estimateHysteresis(scan: Scan, { channel = "" }: ChannelOptions = {}): number {
  const { name } = chosenChannels(scan, channel)[0];
  const [trace, retrace] = ["forward", "backward"].map((direction) => {
    const found = scan.channels.find((c) => c.name === name && c.direction === direction);
    if (found !== undefined) return withoutRows(found.data, scan.width);
    throw new InputError({
      got: `"${scan.name}" without "${name} ${direction}"`,
      expected: "trace and retrace",
      todo: "Record both, or choose another channel.",
    });
  });
  const { width } = scan;
  const apart = (pixels: number): number => {
    const a = straighten(trace, width, pixels);
    const b = straighten(retrace, width, -pixels);
    let [sum, count] = [0, 0];
    for (let i = 0; i < a.length; i++) {
      const difference = a[i] - b[i];
      if (Number.isNaN(difference)) continue;
      sum += difference * difference;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  };
  const reach = Math.max(2, Math.round(most * width));
  const steps = Array.from({ length: 4 * reach + 1 }, (_, i) => (i - 2 * reach) / 2);
  const values = steps.map(apart);
  const best = values.indexOf(Math.min(...values));
  return (golden(apart, steps[best] - 0.5, steps[best] + 0.5) * scan.sizeMetres[0] * 1e9) / width;
}

/** Rows without their means: retrace and trace need not lie at one height. */
function withoutRows(data: Float64Array, width: number): Float64Array {
  const result = data.slice();
  for (let from = 0; from < data.length; from += width) {
    const row = data.subarray(from, from + width).filter(Number.isFinite);
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    for (let i = from; i < from + width; i++) result[i] -= mean;
  }
  return result;
}

/** Smallest value of a function with one valley, by golden sections. */
function golden(of: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  for (let round = 0; round < 24; round++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (of(a) < of(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}
