import type { DefectResponse } from "./defectResponse";
import { quantile, sample } from "./orderStatistics";

/** How far the sides of a step are compared, in nm. */
const reachNm = 1;
/** A step stands this far out of the usual changes of the background. */
const steepness = 6;

/** 1 where the local background jumps from one terrace to the next, 0 elsewhere. */
export function stepEdges({ grid, background }: DefectResponse): Uint8Array {
  const { width, height, nmPerPixel } = grid;
  const [u, v] = nmPerPixel.map((nm) => Math.max(1, Math.round(reachNm / nm)));
  const jumps = new Float64Array(background.length);
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - v) * width, Math.min(height - 1, y + v) * width];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - u), Math.min(width - 1, x + u)];
      const across = background[y * width + right] - background[y * width + left];
      const down = background[below + x] - background[above + x];
      jumps[y * width + x] = Math.sqrt(across * across + down * down);
    }
  }
  // Steps are rare, so most jumps tell how much the background changes without any.
  const usual = 1.4826 * quantile(sample(jumps), 0.5);
  return Uint8Array.from(jumps, (jump) => (usual > 0 && jump > steepness * usual ? 1 : 0));
}
