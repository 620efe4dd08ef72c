import type { DefectResponse } from "./defectResponse";

/** Something on a surface. Positions run from the top left corner of the frame, to the right and down. */
export interface Feature {
  /** Centre, weighted by how far each pixel stands out, in nm. */
  readonly xNm: number;
  readonly yNm: number;
  /** Size of the box around it in nm. */
  readonly widthNm: number;
  readonly heightNm: number;
  readonly areaNm2: number;
  /** Farthest height above (or, negative, below) the local background, in the unit of the channel, m for heights. */
  readonly height: number;
  readonly polarity: "bright" | "dark";
  /** Farthest distance from the clean surface, in standard deviations of its noise. */
  readonly score: number;
}

/** What there is to say of the pixels of a feature. */
export function describeRegion(
  region: readonly number[],
  { grid, relief, deviation }: DefectResponse,
): Feature {
  const [dx, dy] = grid.nmPerPixel;
  const bright = deviation[region[0]] > 0;
  let [sum, x, y, score, height] = [0, 0, 0, 0, 0];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of region) {
    const [column, row] = [i % grid.width, Math.floor(i / grid.width)];
    const weight = Math.abs(deviation[i]);
    sum += weight;
    x += weight * (column + 0.5);
    y += weight * (row + 0.5);
    score = Math.max(score, weight);
    if (bright ? relief[i] > height : relief[i] < height) height = relief[i];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return {
    xNm: (x / sum) * dx,
    yNm: (y / sum) * dy,
    widthNm: (right - left) * dx,
    heightNm: (bottom - top) * dy,
    areaNm2: region.length * dx * dy,
    height,
    polarity: bright ? "bright" : "dark",
    score,
  };
}
