import {
  constantCurrent,
  constantHeight,
  type Sources,
  type TunnelOptions,
} from "./constantCurrent";
import type { Crystal } from "./crystal";
import { dilate } from "./dilate";
import type { Reach } from "./instrument/path";
import { sources, type PlacedDefect } from "./lattice";
import { decay, type Tip } from "./tip";

/**
 * A frame of a crystal as a tip sees it at constant current: heights in pm, row-major, relative to the mean distance
 * over the topmost terrace.
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805
 */
export function imageCrystal(
  crystal: Crystal,
  defects: readonly PlacedDefect[],
  tip: Tip,
  frame: Reach,
): Float64Array {
  const wide = widened(frame, tip, crystal);
  const { options, seen } = tunnel(crystal, defects, tip, wide);
  const heights = constantCurrent(seen, options);
  for (let i = 0; i < heights.length; i++) heights[i] *= 100;
  const apart = tip.apexes.length === 0 ? heights : addApexes(heights, wide, frame, tip, options);
  return dilate(apart, frame.width, 100 * options.pixelSize, 1000 * tip.bluntNm);
}

/** The same at constant height, for one apex: current against its median, row-major. */
export function imageAtHeight(
  crystal: Crystal,
  defects: readonly PlacedDefect[],
  tip: Tip,
  frame: Reach,
): Float64Array {
  const { options, seen } = tunnel(crystal, defects, tip, frame);
  return constantHeight(seen, options);
}

/** The frame, and around it what the other apexes see while the first is in it. */
function widened(frame: Reach, { apexes }: Tip, { terraces }: Crystal): Reach {
  const nmPerPixel = terraces[0].placement.angstromPerPixel / 10;
  let { left, top, width, height } = frame;
  for (const { xNm, yNm } of apexes) {
    const [dx, dy] = [xNm / nmPerPixel, yNm / nmPerPixel];
    const [right, bottom] = [left + width, top + height];
    left = Math.min(left, Math.floor(frame.left + dx));
    top = Math.min(top, Math.floor(frame.top + dy));
    width = Math.max(right, Math.ceil(frame.left + frame.width + dx) + 1) - left;
    height = Math.max(bottom, Math.ceil(frame.top + frame.height + dy) + 1) - top;
  }
  return { left, top, width, height };
}

/**
 * Heights for all apexes from those for one. Charge falls off as exp(-2 kappa z) from where one apex would be, so that
 * what all of them see together is a sum of exponentials of heights: good to a few pm.
 */
function addApexes(
  heights: Float64Array,
  wide: Reach,
  frame: Reach,
  { apexes }: Tip,
  { kappa, pixelSize }: TunnelOptions,
): Float64Array {
  const perPm = (2 * kappa) / 100;
  const result = new Float64Array(frame.width * frame.height);
  const [left, top] = [frame.left - wide.left, frame.top - wide.top];
  const others = apexes.map(({ xNm, yNm, shorterPm }) => {
    const [x, y] = [left + (10 * xNm) / pixelSize, top + (10 * yNm) / pixelSize];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    return { at: row * wide.width + column, u: x - column, v: y - row, shorterPm };
  });
  for (let row = 0, i = 0; row < frame.height; row++) {
    for (let column = 0; column < frame.width; column++, i++) {
      const here = row * wide.width + column;
      const own = heights[here + top * wide.width + left];
      let sum = 1;
      for (const { at, u, v, shorterPm } of others) {
        const k = here + at;
        const above = heights[k] * (1 - u) + heights[k + 1] * u;
        const below = heights[k + wide.width] * (1 - u) + heights[k + wide.width + 1] * u;
        sum += Math.exp(perPm * (above * (1 - v) + below * v - shorterPm - own));
      }
      result[i] = own + Math.log(sum) / perPm;
    }
  }
  return result;
}

function tunnel(
  crystal: Crystal,
  defects: readonly PlacedDefect[],
  tip: Tip,
  frame: Reach,
): { readonly options: TunnelOptions; readonly seen: Sources } {
  const { terraces, terraceAt } = crystal;
  const { width, height } = frame;
  return {
    seen: sources(crystal, frame, defects),
    options: {
      width,
      height,
      pixelSize: terraces[0].placement.angstromPerPixel,
      kappa: decay(tip),
      distance: 10 * tip.distanceNm,
      ...(terraces.length > 1
        ? {
            groundAt: (x: number, y: number) =>
              terraces[terraceAt(x + frame.left, y + frame.top)].above,
          }
        : {}),
    },
  };
}
