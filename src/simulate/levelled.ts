import type { Scan } from "../core";

/** Heights of a scan in pm without the plane that fits them best. */
export function levelled({ channels, width, height }: Scan): Float64Array {
  const heights = channels[0].data.map((metres) => metres * 1e12);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  // Pixels lie on a full grid, so the three unknowns of the plane do not mix.
  let [mean, alongX, alongY, squaresX, squaresY] = [0, 0, 0, 0, 0];
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const [x, y] = [column - middleX, row - middleY];
      mean += heights[i];
      alongX += x * heights[i];
      alongY += y * heights[i];
      squaresX += x * x;
      squaresY += y * y;
    }
  }
  mean /= heights.length;
  const [slopeX, slopeY] = [alongX / squaresX, alongY / squaresY];
  return heights.map((value, i) => {
    const [x, y] = [(i % width) - middleX, Math.floor(i / width) - middleY];
    return value - mean - slopeX * x - slopeY * y;
  });
}
