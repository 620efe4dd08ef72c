import type { Rng } from "../core";
import type { DefectShape, SiteChange, Surface } from "./surface";

/** Angstrom; edge of the square cell of the unreconstructed Si(001) surface, 5.43 A / sqrt 2. */
const lattice = 3.84;

/** Angstrom; half the bond of a dimer, 2.3 A. */
const halfBond = 1.15;

/** Angstrom below the dimers; a quarter of 5.43 A is 1.36 A. */
const secondLayer = 1.36;

/** Angstrom from the middle of the row; half the unreconstructed spacing. */
const secondLayerOffset = 1.92;

/** Weight of a second-layer atom: assumed, so that vacancies of one and two dimers get their measured depths. */
const secondLayerWeight = 0.3;

/** The two atoms of a dimer, by their index in the cell. */
const [left, right] = [0, 1];

/**
 * Si(001)-2x1, filled states: rows of dimers whose buckling flips faster than the tip looks, so that they appear as
 * symmetric beans on the row. One cell holds one dimer; rows are 7.68 A apart.
 * @see Hamers, Tromp & Demuth 1986, Phys. Rev. B 34, 5343
 */
export const si001: Surface = {
  name: "Si(001)-2x1",
  cell: [lattice, 2 * lattice],
  atoms: [
    { along: 0, across: -halfBond, above: 0, weight: 1 },
    { along: 0, across: halfBond, above: 0, weight: 1 },
    ...[-secondLayerOffset, secondLayerOffset].map((across) => ({
      along: lattice / 2,
      across,
      above: -secondLayer,
      weight: secondLayerWeight,
    })),
  ],
  defects: [
    { name: "single dimer vacancy", draw: (rng) => vacancy(1, rng) },
    { name: "double dimer vacancy", draw: (rng) => vacancy(2, rng) },
    { name: "C defect", draw: cDefect },
    { name: "phosphine", draw: phosphine },
  ],
  // Filled states show at -1.5 to -2.5 V.
  biasVolts: -2,
};

/** Dimers missing side by side in a row: the A defect (one) and the B defect (two) of Hamers and Koehler. */
function vacancy(dimers: number, rng: Rng): DefectShape {
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
 * The C defect, a water molecule split over one side of two neighbouring dimers: that side dark, the other bright.
 * @see Hamers & Koehler 1989, J. Vac. Sci. Technol. A 7, 2854; Hossain et al. 2003, Phys. Rev. B 67, 153307
 */
function cDefect(rng: Rng): DefectShape {
  // Charge of the saturated side and of the other, against a clean atom's; assumed.
  const dark = rng.between(0, 0.05);
  const bright = logBetween(rng, 2, 5);
  const [l, r] = rng.integer(2) === 0 ? [dark, bright] : [bright, dark];
  return { centre: [lattice / 2, 0], changes: [...dimer(0, l, r), ...dimer(1, l, r)] };
}

/**
 * Phosphine, split into PH2 on one end of a dimer and H on the other: bright and off the middle of the row.
 * @see Wilson et al. 2004, Phys. Rev. Lett. 93, 226102; Schofield et al. 2006, J. Phys. Chem. B 110, 3173
 */
function phosphine(rng: Rng): DefectShape {
  // Assumed, for a protrusion of 60 to 150 pm.
  const bright = logBetween(rng, 6, 35);
  const dark = rng.between(0.05, 0.5);
  const [l, r] = rng.integer(2) === 0 ? [dark, bright] : [bright, dark];
  return { centre: [0, 0], changes: dimer(0, l, r) };
}

function dimer(along: number, leftWeight: number, rightWeight: number): SiteChange[] {
  return [
    { cell: [along, 0], atom: left, weight: leftWeight },
    { cell: [along, 0], atom: right, weight: rightWeight },
  ];
}

function logBetween(rng: Rng, low: number, high: number): number {
  return Math.exp(rng.between(Math.log(low), Math.log(high)));
}
