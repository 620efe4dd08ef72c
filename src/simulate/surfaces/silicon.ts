import type { Rng } from "../../core";
import type { BiasState, DefectShape, Surface } from "../surface";
import { buckle, dimerCell, logBetween, oneSided, onDimer, splitOff, vacancy } from "./dimers";

/** Angstrom; edge of the square cell of the unreconstructed Si(001) surface, 5.43 A / sqrt 2. */
export const siliconLattice = 3.84;

/** Angstrom; a quarter of 5.43 A. */
export const siliconStep = 1.36;

/**
 * Si(001)-2x1: rows of dimers whose buckling flips faster than the tip looks. In filled states they appear as
 * symmetric beans on the row; in empty ones the antibonding orbital has a node in the middle of the dimer and its lobes
 * lean outwards, so that the rows look widest apart where they are. One cell holds one dimer; rows are 7.68 A apart.
 * @see Hamers, Tromp & Demuth 1986, Phys. Rev. B 34, 5343
 */
export function silicon(state: BiasState): Surface {
  const filled = state === "filled";
  return {
    name: "Si(001)-2x1",
    // Half the bond of a dimer, 2.3 A; how far the lobes of empty states lean outwards is assumed.
    ...dimerCell({ lattice: siliconLattice, half: filled ? 1.15 : 2.3, secondLayer: siliconStep }),
    defects: [
      {
        name: "single dimer vacancy",
        draw: (rng) => vacancy(1, siliconLattice, rng),
        heightPm: [-130, -80],
      },
      {
        name: "double dimer vacancy",
        draw: (rng) => vacancy(2, siliconLattice, rng),
        heightPm: [-250, -150],
      },
      {
        name: "C defect",
        draw: (rng) => cDefect(state, rng),
        heightPm: filled ? [20, 100] : [50, 100],
      },
      { name: "phosphine", draw: phosphine, heightPm: [60, 150], loose: true },
      {
        name: "split-off dimer",
        draw: (rng) => splitOff(siliconLattice, rng),
        heightPm: [-250, -150],
      },
      // PH with its two hydrogens elsewhere: bright, and on the middle of the row. Charge assumed, for 60 to 150 pm.
      {
        name: "phosphinidene",
        draw: (rng) => onDimer(logBetween(rng, 4, 18)),
        heightPm: [60, 150],
        loose: true,
      },
    ],
    // Filled states show at -1.5 to -2.5 V, empty ones at +1.2 to +2.5 V.
    biasVolts: filled ? -2 : 1.5,
    stepHeight: siliconStep,
    turns: true,
    corrugationPm: [20, 60],
  };
}

/**
 * Si(001)-c(4x2), as it is below some 200 K: dimers buckle in turn along and across the rows, which zigzag.
 * @see Wolkow 1992, Phys. Rev. Lett. 68, 2636
 */
export function coldSilicon(state: BiasState): Surface {
  return {
    ...silicon(state),
    name: "Si(001)-c(4x2)",
    // The atoms buckle by 0.7 A; how much of it the tip sees, and the charge that goes with it, is assumed. Filled
    // states lie at the upper end; empty ones at the lower, by so much that it looks higher than the upper.
    corrugationPm: [20, 90],
    vary: (rng) => buckle(state === "filled" ? { rise: 0.2, charge: 1.2 } : { rise: 0.15, charge: 0.4 }, rng), // prettier-ignore
  };
}

/**
 * The C defect, a water molecule split over one side of two neighbouring dimers: that side dark, the other bright.
 * @see Hamers & Koehler 1989, J. Vac. Sci. Technol. A 7, 2854; Hossain et al. 2003, Phys. Rev. B 67, 153307
 */
function cDefect(state: BiasState, rng: Rng): DefectShape {
  // Charge of the saturated side and of the other, against a clean atom's; assumed.
  const dark = rng.between(0, 0.05);
  const bright = state === "filled" ? logBetween(rng, 2, 5) : logBetween(rng, 4, 10);
  return oneSided(siliconLattice, [dark, bright], rng, 2);
}

/**
 * Phosphine, split into PH2 on one end of a dimer and H on the other: bright and off the middle of the row.
 * @see Wilson et al. 2004, Phys. Rev. Lett. 93, 226102; Schofield et al. 2006, J. Phys. Chem. B 110, 3173
 */
function phosphine(rng: Rng): DefectShape {
  // Assumed, for a protrusion of 60 to 150 pm.
  const bright = logBetween(rng, 6, 35);
  const dark = rng.between(0.05, 0.5);
  return oneSided(siliconLattice, [dark, bright], rng);
}
