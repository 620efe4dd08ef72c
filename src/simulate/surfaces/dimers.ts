import type { Rng } from "../../core";
import type { Atom, DefectShape, SiteChange, SiteVariation, Surface } from "../surface";

/** The two atoms of a dimer, by their index in the cell. */
export const [left, right] = [0, 1];

/** Lengths of a (001) surface whose atoms pair into dimers, in angstrom. */
export interface DimerLengths {
  /** Edge of the square cell of the unreconstructed surface. */
  readonly lattice: number;
  /** Half the distance of what is seen at the two ends of a dimer. */
  readonly half: number;
  /** From the dimers down to the next layer. */
  readonly secondLayer: number;
}

/** Weight of a second-layer atom: assumed, so that vacancies of one and two dimers get their measured depths. */
const secondLayerWeight = 0.3;

/** A cell with one dimer and the two atoms below that vacancies lay open. */
export function dimerCell({
  lattice,
  half,
  secondLayer,
}: DimerLengths): Pick<Surface, "cell" | "atoms"> {
  // The second layer lies half an unreconstructed spacing from the middle of the row.
  const below = [-lattice / 2, lattice / 2].map((across): Atom => ({
    along: lattice / 2,
    across,
    above: -secondLayer,
    weight: secondLayerWeight,
  }));
  return {
    cell: [lattice, 2 * lattice],
    atoms: [
      { along: 0, across: -half, above: 0, weight: 1 },
      { along: 0, across: half, above: 0, weight: 1 },
      ...below,
    ],
  };
}

/** Factors of the weights of the two ends of a dimer some cells along the row. */
export function dimer(along: number, leftWeight: number, rightWeight: number): SiteChange[] {
  return [
    { cell: [along, 0], atom: left, weight: leftWeight },
    { cell: [along, 0], atom: right, weight: rightWeight },
  ];
}

/** Dimers missing side by side in a row: the A defect (one) and the B defect (two) of Hamers and Koehler. */
export function vacancy(dimers: number, lattice: number, rng: Rng): DefectShape {
  // Rebonding brightens the next dimers of the row, at low bias by 10 to 20 pm; this factor gives 0 to 15 pm.
  const brighter = rng.between(1, 1.4);
  const missing = Array.from({ length: dimers }, (_, i) => dimer(i, 0, 0));
  return {
    centre: [((dimers - 1) * lattice) / 2, 0],
    changes: [
      ...missing.flat(),
      ...dimer(-1, brighter, brighter),
      ...dimer(dimers, brighter, brighter),
    ],
  };
}

/**
 * One dimer, a split-off one, and two missing beside it, so that a pair of dots stands in a gap: 1+2-DV.
 * @see Schofield et al. 2004, Phys. Rev. B 69, 085312
 */
export function splitOff(lattice: number, rng: Rng): DefectShape {
  const alone = rng.between(0.7, 1.3);
  const brighter = rng.between(1, 1.3);
  const turned = rng.integer(2) === 0 ? 1 : -1;
  const at = (n: number): number => turned * n;
  return {
    centre: [turned * 1.5 * lattice, 0],
    changes: [
      ...dimer(at(0), 0, 0),
      ...dimer(at(1), alone, alone),
      ...dimer(at(2), 0, 0),
      ...dimer(at(3), 0, 0),
      ...dimer(at(-1), brighter, brighter),
      ...dimer(at(4), brighter, brighter),
    ],
  };
}

/** One end of a dimer bright and the other dim, either way round. */
export function oneSided(
  lattice: number,
  [dim, bright]: readonly [dim: number, bright: number],
  rng: Rng,
  dimers = 1,
): DefectShape {
  const [l, r] = rng.integer(2) === 0 ? [dim, bright] : [bright, dim];
  return {
    centre: [((dimers - 1) * lattice) / 2, 0],
    changes: Array.from({ length: dimers }, (_, i) => dimer(i, l, r)).flat(),
  };
}

/** Both ends of a dimer changed alike. */
export function onDimer(weight: number): DefectShape {
  return { centre: [0, 0], changes: dimer(0, weight, weight) };
}

/** A draw that is uniform in the logarithm. */
export function logBetween(rng: Rng, low: number, high: number): number {
  return Math.exp(rng.between(Math.log(low), Math.log(high)));
}

/** How the dimers of a terrace buckle. */
export interface Buckling {
  /** Angstrom by which the upper end of a dimer stands above its middle, as the tip sees it. */
  readonly rise: number;
  /** Factor of charge at the upper end; the lower has one over it. */
  readonly charge: number;
  /** Dimers along and across the rows over which the order lasts; none is without end. */
  readonly patch?: readonly [along: number, across: number];
}

/**
 * Buckled dimers that alternate along the row. Without patches neighbouring rows alternate too: c(4x2). With them the
 * terrace falls into parts where they do, c(4x2), where they go with each other, p(2x2), and where dimers flip faster
 * than the tip looks and appear symmetric, 2x1.
 */
export function buckle(
  { rise, charge, patch }: Buckling,
  rng: Rng,
): ReturnType<NonNullable<Surface["vary"]>> {
  const order = patch === undefined ? (): number => 1 : patches(patch, rng);
  return (along, across, atom): SiteVariation => {
    if (atom > right) return same;
    const alternating = (along + across) % 2 === 0 ? 1 : -1;
    const up = order(along, across) * alternating * (atom === left ? 1 : -1);
    return up === 0 ? same : { weight: charge ** up, rise: rise * up };
  };
}

const same: SiteVariation = { weight: 1, rise: 0 };

/** One patch: its middle in dimers, and what it does to c(4x2) row by row. */
interface Patch {
  readonly along: number;
  readonly across: number;
  /** +1 or -1 for even rows and for odd ones; 0 where dimers flip. */
  readonly order: readonly [even: number, odd: number];
}

/** Shares of patches that flip and that are c(4x2); the others are p(2x2). Assumed, after scans at room temperature. */
const [flipping, alternatingRows] = [0.12, 0.45];

/** How often a patch is out of phase with the others; assumed, since a shift within a row costs the most. */
const shifted = 0.2;

/** The order of each dimer: that of the nearest of patches, one of which lies somewhere in each field of a grid. */
function patches(
  [length, width]: readonly [number, number],
  rng: Rng,
): (along: number, across: number) => number {
  const known = new Map<number, Patch>();
  const patchOf = (a: number, b: number): Patch => {
    const key = a * 65536 + b;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = drawPatch(a, b, rng.fork(`patch ${a} ${b}`));
    known.set(key, made);
    return made;
  };
  return (along, across) => {
    const [x, y] = [along / length, across / width];
    const [a, b] = [Math.floor(x), Math.floor(y)];
    let nearest = Infinity;
    let order: Patch["order"] = [1, 1];
    for (let k = 0; k < 9; k++) {
      const patch = patchOf(a - 1 + (k % 3), b - 1 + Math.floor(k / 3));
      const away = (patch.along - x) ** 2 + (patch.across - y) ** 2;
      if (away >= nearest) continue;
      nearest = away;
      order = patch.order;
    }
    return order[across & 1];
  };
}

function drawPatch(a: number, b: number, rng: Rng): Patch {
  const [along, across] = [a + rng.uniform(), b + rng.uniform()];
  const [kind, sign] = [rng.uniform(), rng.uniform() < shifted ? -1 : 1];
  if (kind < flipping) return { along, across, order: [0, 0] };
  return { along, across, order: [sign, kind < flipping + alternatingRows ? sign : -sign] };
}
