import type { Rng } from "../core";
import { drawFrom, type Range } from "./ranges";
import type { SiteVariation, Surface } from "./surface";

/** How the crystal lies under the scan. */
export interface Placement {
  /** Direction of the rows, counter-clockwise from the fast axis. */
  readonly rowDegrees: number;
  /** Pixel over which the origin of cell (0,0) lies. */
  readonly origin: readonly [x: number, y: number];
  readonly angstromPerPixel: number;
}

/** One terrace: its lattice and how deep it lies. */
export interface Terrace {
  readonly placement: Placement;
  /** Angstrom against the topmost terrace, 0 or less. */
  readonly above: number;
  readonly vary?: (along: number, across: number, atom: number) => SiteVariation;
}

/** A crystal under a scan: terraces from the highest to the lowest, and which of them is where. */
export interface Crystal {
  readonly surface: Surface;
  readonly terraces: readonly Terrace[];
  /** Index of the terrace under a pixel. */
  readonly terraceAt: (x: number, y: number) => number;
}

/** What is drawn of a crystal. */
export interface CrystalOptions {
  readonly surface: Surface;
  readonly pixels: number;
  readonly nmPerPixel: number;
  readonly rowDegrees: Range;
  /** How many steps cross the frame, whole numbers. */
  readonly steps: Range;
}

/** Kinks for each nanometre of a smooth step (S_A), and of a rough one (S_B); assumed. */
const kinksPerNm = { smooth: 0.04, rough: 0.35 };

/** Draws how the crystal lies under one scan: on one of two kinds of terraces, a little askew, anywhere. */
export function drawCrystal(options: CrystalOptions, rng: Rng): Crystal {
  const { surface, pixels, nmPerPixel, steps } = options;
  const geometry = rng.fork("geometry");
  const quarter = surface.turns ? geometry.integer(2) * 90 : 0;
  const rowDegrees = drawFrom(geometry, options.rowDegrees) + quarter;
  const first: Placement = {
    rowDegrees,
    origin: [geometry.between(0, pixels), geometry.between(0, pixels)],
    angstromPerPixel: 10 * nmPerPixel,
  };
  const stepRng = rng.fork("steps");
  const count = steps[0] + stepRng.integer(steps[1] - steps[0] + 1);
  const terraces = Array.from({ length: count + 1 }, (_, n): Terrace => {
    const vary = surface.vary?.(rng.fork(`terrace ${n}`));
    return {
      placement: surface.turns ? { ...first, rowDegrees: rowDegrees + 90 * (n % 2) } : first,
      above: -n * surface.stepHeight,
      ...(vary ? { vary } : {}),
    };
  });
  return { surface, terraces, terraceAt: drawSteps(terraces, options, stepRng) };
}

/**
 * Lines across the frame that part terraces, with kinks; which terrace a pixel belongs to. A step is rough, S_B, where
 * the rows of the terrace above it run towards it, and smooth, S_A, where they run along it.
 * @see Chadi 1987, Phys. Rev. Lett. 59, 1691
 */
function drawSteps(
  terraces: readonly Terrace[],
  { pixels, nmPerPixel, surface }: CrystalOptions,
  rng: Rng,
): Crystal["terraceAt"] {
  const count = terraces.length - 1;
  if (count === 0) return () => 0;
  const downhill = rng.between(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(downhill), Math.sin(downhill)];
  const length = 2 * pixels;
  const width = surface.cell[1] / (10 * nmPerPixel);
  const unit = Math.max(1, Math.round(width));
  const lines = Array.from({ length: count }, (_, n) => {
    // Evenly apart with some freedom, so that no terrace is too narrow for a defect.
    const middle = ((n + 1) / (count + 1) - 0.5 + rng.between(-0.2, 0.2) / (count + 1)) * pixels;
    const towards = Math.cos((terraces[n].placement.rowDegrees * Math.PI) / 180 + downhill);
    const rough = surface.turns && Math.abs(towards) > Math.SQRT1_2;
    const chance = (rough ? kinksPerNm.rough : kinksPerNm.smooth) * nmPerPixel * unit;
    const line = new Float64Array(length);
    const meander = surface.ragged === true ? drawMeander(length, nmPerPixel, rng.fork(`meander ${n}`)) : undefined; // prettier-ignore
    let at = 0;
    for (let i = 0; i < length; i++) {
      // Kinks are whole rows deep and apart; many of them pull the line back to where it belongs.
      const kink = i % unit === 0 && rng.uniform() < chance;
      if (kink) at += width * (rng.uniform() < 0.5 - at / (8 * width) ? 1 : -1);
      line[i] = middle + at + (meander?.[i] ?? 0);
    }
    return line;
  });
  return (x, y) => {
    const [dx, dy] = [x - pixels / 2, y - pixels / 2];
    const down = dx * cos + dy * sin;
    const along = Math.round(dy * cos - dx * sin) + pixels;
    const i = Math.min(length - 1, Math.max(0, along));
    let terrace = 0;
    while (terrace < count && down > lines[terrace][i]) terrace++;
    return terrace;
  };
}

/** How far a ragged step lies from its line, in pixels: slow waves, and now and then a kink of several rows. */
function drawMeander(length: number, nmPerPixel: number, rng: Rng): Float64Array {
  const waves = Array.from({ length: 3 }, () => ({
    nm: rng.between(0.2, 1.6),
    period: rng.between(8, 40) / nmPerPixel,
    phase: rng.between(0, 2 * Math.PI),
  }));
  const meander = new Float64Array(length);
  let at = 0;
  for (let i = 0; i < length; i++) {
    // About one in 12 nm, 0.8 to 3 nm deep, back towards the line.
    if (rng.uniform() < nmPerPixel / 12) at += ((rng.uniform() < 0.5 - at / 6 ? 1 : -1) * rng.between(0.8, 3)); // prettier-ignore
    const wave = waves.reduce((sum, { nm, period, phase }) => sum + nm * Math.sin((2 * Math.PI * i) / period + phase), 0); // prettier-ignore
    meander[i] = (at + wave) / nmPerPixel;
  }
  return meander;
}

/** Pixel of a place on the crystal, in angstrom along and across the rows. Row 0 is at the top. */
export function toPixel(
  placement: Placement,
  along: number,
  across: number,
): [x: number, y: number] {
  const map = pixelMap(placement);
  return [pixelX(map, along, across), pixelY(map, along, across)];
}

/** `toPixel` for many places under one placement. */
export interface PixelMap {
  readonly cos: number;
  readonly sin: number;
  readonly x: number;
  readonly y: number;
  readonly angstromPerPixel: number;
}

/** How places under a placement come to their pixels. */
export function pixelMap({ rowDegrees, origin, angstromPerPixel }: Placement): PixelMap {
  const angle = (rowDegrees * Math.PI) / 180;
  const [x, y] = origin;
  return { cos: Math.cos(angle), sin: Math.sin(angle), x, y, angstromPerPixel };
}

/** Column of a place, in angstrom along and across the rows. */
export function pixelX(map: PixelMap, along: number, across: number): number {
  return map.x + (along * map.cos - across * map.sin) / map.angstromPerPixel;
}

/** Its row. */
export function pixelY(map: PixelMap, along: number, across: number): number {
  return map.y - (along * map.sin + across * map.cos) / map.angstromPerPixel;
}

/** A place on the crystal under a pixel: what `toPixel` undoes. */
export function toCrystal(
  { rowDegrees, origin, angstromPerPixel }: Placement,
  x: number,
  y: number,
): [along: number, across: number] {
  const angle = (rowDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [right, up] = [(x - origin[0]) * angstromPerPixel, (origin[1] - y) * angstromPerPixel];
  return [right * cos + up * sin, up * cos - right * sin];
}
