import {
  constantCurrent,
  constantHeight,
  type Source,
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
  const { options, seen } = tunnel(crystal, defects, tip, frame);
  const heights = constantCurrent(seen, options).map((angstrom) => 100 * angstrom);
  return dilate(heights, frame.width, 100 * options.pixelSize, 1000 * tip.bluntNm);
}

/** The same at constant height: current against its median, row-major. */
export function imageAtHeight(
  crystal: Crystal,
  defects: readonly PlacedDefect[],
  tip: Tip,
  frame: Reach,
): Float64Array {
  const { options, seen } = tunnel(crystal, defects, tip, frame);
  return constantHeight(seen, options);
}

function tunnel(
  crystal: Crystal,
  defects: readonly PlacedDefect[],
  tip: Tip,
  frame: Reach,
): { readonly options: TunnelOptions; readonly seen: Source[] } {
  const { terraces, terraceAt } = crystal;
  const { angstromPerPixel: pixelSize } = terraces[0].placement;
  const kappa = decay(tip);
  const { width, height } = frame;
  const base = sources(crystal, frame, defects);
  const seen = tip.apexes.reduce((all, { xNm, yNm, shorterPm }) => {
    // Another apex sees the sample as if it lay elsewhere, and further away.
    const share = Math.exp((-2 * kappa * shorterPm) / 100);
    const [dx, dy] = [(10 * xNm) / pixelSize, (10 * yNm) / pixelSize];
    return all.concat(
      base.map((s) => ({ ...s, x: s.x - dx, y: s.y - dy, weight: s.weight * share })),
    );
  }, base);
  return {
    seen,
    options: {
      width,
      height,
      pixelSize,
      kappa,
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
