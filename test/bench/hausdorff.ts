import type { ImageSet } from "../../src/core";
import type { OneShotTask } from "./omniglotData";

/** Places of the ink about its centre, x and y in turn. */
type Points = Float64Array;

/**
 * Errors in per cent of the nearest drawing by the modified Hausdorff distance between places of ink: the data set's own baseline, 38.8 % over the
 * twenty runs at full size.
 * @see Dubuisson & Jain 1994, ICPR; Lake, Salakhutdinov & Tenenbaum 2015, their one-shot demo
 */
export function hausdorffErrors(runs: readonly OneShotTask[]): number[] {
  return runs.map(({ support, query }) => {
    const known = pointsOf(support);
    const wrong = pointsOf(query).filter((asked, i) => {
      const distances = known.map((one) => Math.max(meanNearest(asked, one), meanNearest(one, asked))); // prettier-ignore
      return distances.indexOf(Math.min(...distances)) !== query.labels[i];
    });
    return (100 * wrong.length) / query.labels.length;
  });
}

function pointsOf(set: ImageSet): Points[] {
  const [height, width] = set.shape;
  return Array.from(set.labels.keys(), (image) => {
    const ink = set.pixels.read([image]);
    const places: number[] = [];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) if (ink[y * width + x] > 0.5) places.push(x, y);
    const n = places.length / 2;
    const centre = [0, 1].map((axis) =>
      places.reduce((sum, value, at) => (at % 2 === axis ? sum + value / n : sum), 0),
    );
    return Float64Array.from(places, (value, at) => value - centre[at % 2]);
  });
}

/** Mean distance from each point to the nearest of the others. */
function meanNearest(from: Points, to: Points): number {
  let sum = 0;
  for (let i = 0; i < from.length; i += 2) {
    let least = Infinity;
    for (let j = 0; j < to.length; j += 2)
      least = Math.min(least, (from[i] - to[j]) ** 2 + (from[i + 1] - to[j + 1]) ** 2);
    sum += Math.sqrt(least);
  }
  return (2 * sum) / from.length;
}
