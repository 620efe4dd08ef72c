/** The part of the ground's own length over which its two sides are compared. */
const share = 1 / 3;

/** How far the ground jumps around each pixel, in deviations of the clean surface: tells a network where steps are. */
export function groundJumps(
  ground: Float32Array,
  width: number,
  sigma: number,
  reach: number,
): Float32Array {
  const height = ground.length / width;
  const far = Math.max(1, Math.round(share * reach));
  const jumps = new Float32Array(ground.length);
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - far) * width, Math.min(height - 1, y + far) * width];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - far), Math.min(width - 1, x + far)];
      const across = ground[y * width + right] - ground[y * width + left];
      const down = ground[below + x] - ground[above + x];
      jumps[y * width + x] = Math.sqrt(across * across + down * down) / sigma;
    }
  }
  return jumps;
}
