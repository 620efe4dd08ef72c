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
  /** Cells over which the order lasts; none is without end. */
  readonly domain?: number;
}

/** Share of domains that stay symmetric, since they flip faster than the tip looks; assumed. */
const flipping = 0.3;

/**
 * Buckled dimers that alternate along the row. Without domains neighbouring rows alternate too: c(4x2). With them each
 * row falls into parts that follow their neighbour, c(4x2), or not, p(2x2), or flip and look symmetric, 2x1.
 */
export function buckle(
  { rise, charge, domain }: Buckling,
  rng: Rng,
): ReturnType<NonNullable<Surface["vary"]>> {
  const stripes = new Map<number, (along: number) => number>();
  const stripe = (across: number): ((along: number) => number) => {
    const known = stripes.get(across);
    if (known !== undefined) return known;
    const made = domain === undefined ? () => 1 : domains(rng.fork(`row ${across}`), domain);
    stripes.set(across, made);
    return made;
  };
  return (along, across, atom): SiteVariation => {
    if (atom > right) return same;
    const order = stripe(across)(along);
    if (order === 0) return same;
    const alternating = (along + across) % 2 === 0 ? 1 : -1;
    const up = order * alternating * (atom === left ? 1 : -1);
    return { weight: charge ** up, rise: rise * up };
  };
}

const same: SiteVariation = { weight: 1, rise: 0 };

/** +1, -1 or 0 along a row, in parts of random length. */
function domains(rng: Rng, length: number): (along: number) => number {
  // Long enough for the largest frame; where the row begins is not known here.
  const cells = 2048;
  const orders = new Int8Array(cells);
  let order = 1;
  for (let i = 0; i < cells; i++) {
    if (rng.uniform() < 1 / length) {
      order = rng.uniform() < flipping ? 0 : rng.uniform() < 0.5 ? 1 : -1;
    }
    orders[i] = order;
  }
  return (along) => orders[((along % cells) + cells) % cells];
}
