import type { Rng } from "../../core";
import type { BiasState, DefectShape, SiteChange, Surface } from "../surface";
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
      { name: "dangling bond", draw: (rng) => danglingBond(filled, rng), heightPm: [100, 160] },
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
 * One hydrogen missing: a bright dot 1.16 A off the middle of the row. In empty states its charge bends the bands
 * around it, so that it lies in a shallow dark disc.
 * @see Schofield et al. 2013, Nat. Commun. 4, 1649
 */
function danglingBond(filled: boolean, rng: Rng): DefectShape {
  const shape = oneSided(siliconLattice, [1, logBetween(rng, 14, 45)], rng);
  if (filled) return shape;
  // Up to 15 pm deep and 1 to 3 nm wide, as doping has it; assumed.
  const [depth, radius] = [rng.between(0, 0.28), rng.between(6, 13)];
  return { ...shape, changes: [...shape.changes, ...disc(depth, radius)] };
}

/** Less charge on all dimers around by a share that falls with the distance, in angstrom, as a Gaussian does. */
function disc(depth: number, radius: number): SiteChange[] {
  const [along, across] = [siliconLattice, 2 * siliconLattice];
  const [columns, rows] = [Math.ceil((2.5 * radius) / along), Math.ceil((2.5 * radius) / across)];
  return Array.from({ length: (2 * columns + 1) * (2 * rows + 1) }, (_, n) => {
    const i = (n % (2 * columns + 1)) - columns;
    const j = Math.floor(n / (2 * columns + 1)) - rows;
    const weight = 1 - depth * Math.exp(-((i * along) ** 2 + (j * across) ** 2) / (2 * radius ** 2)); // prettier-ignore
    return [left, right].map((atom) => ({ cell: [i, j] as const, atom, weight }));
  }).flat();
}

/**
 * Two hydrogens on each atom: the bond of the dimer is broken, and its atoms stand 3.84 A apart, as in the bulk, so
 * that the dark gap ends in two knobs beside the row. Charges assumed.
 */
function dihydride(rng: Rng): DefectShape {
  const apart = rng.between(0.9, 1.3);
  const weight = rng.between(0.4, 0.7);
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
