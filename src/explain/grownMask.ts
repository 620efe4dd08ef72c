/**
 * A mask with everything that lies within some pixels of it: the fringe of a feature, which would stay when the feature is filled, or go when it is kept. [h*w] -> [h*w]
 * @param radius in pixels
 */
export function grownMask(mask: Uint8Array, width: number, radius: number): Uint8Array {
  const height = mask.length / width;
  const out = mask.slice();
  const reach = Math.floor(radius);
  mask.forEach((value, p) => {
    if (value === 0) return;
    const [x, y] = [p % width, Math.floor(p / width)];
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
        if ((u - x) ** 2 + (v - y) ** 2 <= radius * radius) out[v * width + u] = 1;
  });
  return out;
}
