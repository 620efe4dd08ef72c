import type { Rng } from "../../core";

/** A pattern that repeats, over the plane; lengths in pixels, heights of about 1. */
export interface Pattern {
  /** Height at a place; a share of `aside` periods across and along moves the pattern there. */
  at(x: number, y: number, asideAcross: number, asideAlong: number): number;
  /** The place of a site near a place. */
  nearestSite(x: number, y: number): [x: number, y: number];
  /** Direction of the rows. */
  readonly angle: number;
  /** Pixels from row to row and from site to site. */
  readonly across: number;
  readonly along: number;
}

/** Draws rows or dots of any period and direction, with harmonics, sharpened tops, zigzag, uneven rows and a slow warp. */
export function drawPattern(size: number, rng: Rng): Pattern {
  const angle = rng.between(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // Rows of atoms, and now and then of something wider.
  const across = rng.uniform() < 0.15 ? rng.between(8.5, 16) : rng.between(4.5, 8.5);
  const along = rng.between(2.4, 8);
  const kind = rng.uniform();
  // Some surfaces show nothing that repeats.
  const strength = kind < 0.1 ? 0 : 1;
  const rowPart = rng.between(0, 1);
  const dotPart = kind < 0.35 ? 0 : rng.between(0.2, 1.2);
  const [rowSharp, dotSharp] = [rng.between(0.7, 2.5), rng.between(0.7, 2.5)];
  const second = rng.uniform() < 0.4 ? rng.between(-0.5, 0.5) : 0;
  const stagger = rng.uniform() < 0.5 ? rng.between(0, 1) : rng.integer(2) / 2;
  const inRow = rng.between(0, 1);
  const zigzag = rng.uniform() < 0.35 ? rng.between(0, 0.22) : 0;
  const alternate = rng.uniform() < 0.3 ? rng.between(0, 0.6) : 0;
  const uneven = rng.uniform() < 0.5 ? rng.between(0, 0.4) : 0;
  const rowHeights = Array.from({ length: 512 }, () => rng.normal());
  const warp = drawWarp(size, rng);
  const place = (x: number, y: number): [number, number] => {
    const [wx, wy] = warp(x, y);
    return [((x + wx) * cos + (y + wy) * sin) / along, ((y + wy) * cos - (x + wx) * sin) / across];
  };
  const at = (x: number, y: number, asideAcross: number, asideAlong: number): number => {
    if (strength === 0) return 0;
    const [u0, v0] = place(x, y);
    const [u1, v] = [u0 + asideAlong, v0 + asideAcross];
    const row = Math.round(v);
    const u = u1 + stagger * row;
    const site = Math.round(u);
    const sign = (site + row) % 2 === 0 ? 1 : -1;
    const w = v + zigzag * sign * Math.cos(Math.PI * (u - site));
    const crest = sharp(Math.cos(2 * Math.PI * w), rowSharp);
    const dot = sharp(Math.cos(2 * Math.PI * u), dotSharp) * (1 + alternate * sign);
    const rows = rowPart * (crest + second * Math.cos(4 * Math.PI * w));
    const own = uneven * rowHeights[((row % 512) + 512) % 512];
    return rows + dotPart * dot * (1 - inRow + inRow * (0.5 + 0.5 * crest)) + own;
  };
  return {
    at,
    angle,
    across,
    along,
    nearestSite: (x, y) => {
      let [p, q] = [x, y];
      // The warp is slow, so that a few rounds find the place.
      const [u0, v0] = place(x, y);
      const row = Math.round(v0);
      const wanted = [Math.round(u0 + stagger * row) - stagger * row, row];
      for (let round = 0; round < 4; round++) {
        const [u, v] = place(p, q);
        const [du, dv] = [(wanted[0] - u) * along, (wanted[1] - v) * across];
        p += du * cos - dv * sin;
        q += du * sin + dv * cos;
      }
      return [p, q];
    },
  };
}

/** -1 to 1 with tops that are narrower than valleys for powers above 1. */
function sharp(cosine: number, power: number): number {
  return 2 * ((1 + cosine) / 2) ** power - 1;
}

/** A slow displacement of the plane, as drift and creep make it. */
function drawWarp(size: number, rng: Rng): (x: number, y: number) => readonly [number, number] {
  const waves = Array.from({ length: 3 }, () => ({
    kx: (rng.between(-2, 2) * Math.PI) / size,
    ky: (rng.between(-2, 2) * Math.PI) / size,
    phase: rng.between(0, 2 * Math.PI),
    dx: rng.between(-2, 2),
    dy: rng.between(-2, 2),
  }));
  return (x, y) => {
    let [wx, wy] = [0, 0];
    for (const { kx, ky, phase, dx, dy } of waves) {
      const s = Math.sin(kx * x + ky * y + phase);
      wx += dx * s;
      wy += dy * s;
    }
    return [wx, wy];
  };
}
