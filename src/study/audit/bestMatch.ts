/** How two images match best. */
export interface Match {
  /** Correlation of what overlaps, in [-1,1]. */
  readonly correlation: number;
  /** The best by any other turn or mirror, in [-1,1]: what anything as round, or as even, has. */
  readonly otherwise: number;
  /** Quarter turns and a mirror before the shift, from 0 to 7. */
  readonly symmetry: number;
  /** Shift in pixels. */
  readonly shift: readonly [down: number, right: number];
}

/** Edge at which a coarse look is taken. */
const coarseEdge = 14;

/** Correlation from afar from which a close look is taken. */
const worthALook = 0.8;

/** Share of the area that has to overlap. */
const leastOverlap = 0.45;

/**
 * The best correlation of two square images over turns by quarters, mirrors and shifts by whole pixels that leave about half of the area in common. A coarse look
 * first, then a close one around the best of it. [h*h], [h*h]
 */
export function bestMatch(a: Float32Array, b: Float32Array, edge: number): Match {
  const factor = Math.max(1, Math.round(edge / coarseEdge));
  const coarse = Math.floor(edge / factor);
  const [smallA, smallB] = [shrink(a, edge, factor), shrink(b, edge, factor)];
  const reach = Math.floor(coarse * (1 - leastOverlap));
  let best: Place[] = [];
  for (let symmetry = 0; symmetry < 8; symmetry++) {
    const turned = transform(smallB, coarse, symmetry);
    let top: Place = { correlation: -2, symmetry, shift: [0, 0] };
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        if ((coarse - Math.abs(dy)) * (coarse - Math.abs(dx)) < leastOverlap * coarse * coarse)
          continue;
        const correlation = correlate(smallA, turned, coarse, dy, dx);
        if (correlation > top.correlation) top = { correlation, symmetry, shift: [dy, dx] };
      }
    }
    best.push(top);
  }
  const sorted = (places: readonly Place[]): Place[] => [...places].sort((x, y) => y.correlation - x.correlation); // prettier-ignore
  best = sorted(best).slice(0, 2);
  // What is unlike from afar need not be looked at closely.
  if (factor > 1 && best[0].correlation >= worthALook)
    best = sorted(best.map((place) => lookClosely(a, b, edge, factor, place)));
  return { ...best[0], otherwise: best[1].correlation };
}

type Place = Omit<Match, "otherwise">;

function lookClosely(
  a: Float32Array,
  b: Float32Array,
  edge: number,
  factor: number,
  { symmetry, shift }: Place,
): Place {
  const turned = transform(b, edge, symmetry);
  let top: Place = { correlation: -2, symmetry, shift: [0, 0] };
  const around = factor + 1;
  for (let dy = factor * shift[0] - around; dy <= factor * shift[0] + around; dy++) {
    for (let dx = factor * shift[1] - around; dx <= factor * shift[1] + around; dx++) {
      const correlation = correlate(a, turned, edge, dy, dx);
      if (correlation > top.correlation) top = { correlation, symmetry, shift: [dy, dx] };
    }
  }
  return top;
}

/** Correlation of the parts of two images that lie on each other when the second is shifted. */
function correlate(a: Float32Array, b: Float32Array, edge: number, dy: number, dx: number): number {
  const [top, bottom] = [Math.max(0, dy), Math.min(edge, edge + dy)];
  const [left, right] = [Math.max(0, dx), Math.min(edge, edge + dx)];
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    let i = y * edge + left;
    let j = (y - dy) * edge + left - dx;
    for (let x = left; x < right; x++, i++, j++) {
      sa += a[i];
      sb += b[j];
      saa += a[i] * a[i];
      sbb += b[j] * b[j];
      sab += a[i] * b[j];
    }
    n += right - left;
  }
  const va = saa - (sa * sa) / n;
  const vb = sbb - (sb * sb) / n;
  // What is flat correlates with nothing.
  return va <= 1e-12 || vb <= 1e-12 ? 0 : (sab - (sa * sb) / n) / Math.sqrt(va * vb);
}

/** Means of blocks. */
function shrink(image: Float32Array, edge: number, factor: number): Float32Array {
  if (factor === 1) return image;
  const small = Math.floor(edge / factor);
  const out = new Float32Array(small * small);
  for (let y = 0; y < small * factor; y++)
    for (let x = 0; x < small * factor; x++)
      out[Math.floor(y / factor) * small + Math.floor(x / factor)] += image[y * edge + x];
  return out;
}

/** Turned by quarters, and mirrored from 4 on. */
export function transform(image: Float32Array, edge: number, symmetry: number): Float32Array {
  if (symmetry === 0) return image;
  const out = new Float32Array(image.length);
  const last = edge - 1;
  for (let y = 0; y < edge; y++) {
    for (let x = 0; x < edge; x++) {
      const mirrored = symmetry >= 4 ? last - x : x;
      const turns = symmetry % 4;
      const [ty, tx] =
        turns === 0
          ? [y, mirrored]
          : turns === 1
            ? [last - mirrored, y]
            : turns === 2
              ? [last - y, last - mirrored]
              : [mirrored, last - y];
      out[ty * edge + tx] = image[y * edge + x];
    }
  }
  return out;
}
