import type { PixelVector } from "./patchLattice";

/** Where a scan lay when it was measured, as instruments write it. */
export interface FrameOnScan {
  /** Metres from the piezo's origin to the frame's middle. */
  readonly offset: readonly [x: number, y: number];
  /** Metres along the fast and the slow axis. */
  readonly size: readonly [width: number, height: number];
  /** Degrees by which the frame is turned, counter-clockwise. @default 0 */
  readonly angleDegrees?: number;
  readonly pixels: readonly [columns: number, rows: number];
}

/** Where on a scan something was measured. */
export interface CurvePlace {
  /** Column and row, not whole. */
  readonly pixel: PixelVector;
  readonly inside: boolean;
}

/** Pixel of a scan over which a curve was measured; row 0 is at the top. Metres -> pixels */
export function curvePlace(
  place: readonly [x: number, y: number],
  { offset, size, angleDegrees = 0, pixels }: FrameOnScan,
): CurvePlace {
  const angle = (-angleDegrees * Math.PI) / 180;
  const [dx, dy] = [place[0] - offset[0], place[1] - offset[1]];
  const x = dx * Math.cos(angle) - dy * Math.sin(angle);
  const y = dx * Math.sin(angle) + dy * Math.cos(angle);
  const pixel = [(x / size[0] + 0.5) * pixels[0] - 0.5, (0.5 - y / size[1]) * pixels[1] - 0.5] as const; // prettier-ignore
  const inside = Math.abs(x) <= size[0] / 2 && Math.abs(y) <= size[1] / 2;
  return { pixel, inside };
}
