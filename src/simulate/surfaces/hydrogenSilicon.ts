import type { Rng } from "../../core";
import type { BiasState, DefectShape, Surface } from "../surface";
import { dimer, dimerCell, left, logBetween, oneSided, onDimer, right } from "./dimers";
import { siliconLattice, siliconStep } from "./silicon";

/**
 * H:Si(001)-2x1: every dimer carries two hydrogen atoms. Rows are bright in filled states and dark in empty ones.
 * Classes are those that are told apart on this surface; charges are assumed, for published heights.
 * @see Croshaw et al. 2020, Beilstein J. Nanotechnol. 11, 1346
 */
export function hydrogenSilicon(state: BiasState): Surface {
  const filled = state === "filled";
  return {
    name: "H:Si(001)",
    // In empty states charge lies between the rows; the half distance that does this is assumed.
    ...dimerCell({ lattice: siliconLattice, half: filled ? 1.2 : 2.9, secondLayer: siliconStep }),
    defects: [
      { name: "dangling bond", draw: danglingBond, heightPm: [100, 160] },
      { name: "bare dimer", draw: (rng) => onDimer(logBetween(rng, 14, 48)), heightPm: [120, 200] },
      { name: "dihydride", draw: dihydride, heightPm: [-60, -20] },
      {
        name: "siloxane",
        draw: (rng) => siloxane(filled, rng),
        heightPm: filled ? [-60, -20] : [-110, -40],
      },
      { name: "arsine off the row", draw: arsine, heightPm: [40, 150], loose: true },
      { name: "arsine on the row", draw: arsinePair, heightPm: [40, 150], loose: true },
    ],
    biasVolts: filled ? -2 : 1.6,
    stepHeight: siliconStep,
    turns: true,
    corrugationPm: [20, 60],
  };
}

/**
 * One hydrogen missing: a bright dot 1.16 A off the middle of the row.
 * @see Schofield et al. 2013, Nat. Commun. 4, 1649
 */
function danglingBond(rng: Rng): DefectShape {
  return oneSided(siliconLattice, [1, logBetween(rng, 14, 45)], rng);
}

/** Two hydrogens on each atom: the bond of the dimer is broken, and its atoms stand apart. */
function dihydride(rng: Rng): DefectShape {
  const apart = rng.between(0.5, 0.9);
  const weight = rng.between(0.25, 0.55);
  return {
    centre: [0, 0],
    changes: [
      { cell: [0, 0], atom: left, weight, aside: -apart },
      { cell: [0, 0], atom: right, weight, aside: apart },
    ],
  };
}

/** Oxygen within a dimer: darker than its neighbours, the more so in empty states. */
function siloxane(filled: boolean, rng: Rng): DefectShape {
  const weight = filled ? rng.between(0.15, 0.4) : rng.between(0.02, 0.15);
  return { centre: [0, 0], changes: dimer(0, weight, weight) };
}

/** AsH2 on one end of a dimer. */
function arsine(rng: Rng): DefectShape {
  return oneSided(siliconLattice, [rng.between(0.05, 0.4), logBetween(rng, 5, 28)], rng);
}

/** AsH between two dimers of a row, on its middle. */
function arsinePair(rng: Rng): DefectShape {
  return {
    centre: [siliconLattice / 2, 0],
    changes: [...dimer(0, 0.6, 0.6), ...dimer(1, 0.6, 0.6)],
    added: [{ along: siliconLattice / 2, across: 0, above: 0.4, weight: logBetween(rng, 3, 12) }],
  };
}
