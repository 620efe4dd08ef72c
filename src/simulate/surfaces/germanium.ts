import type { Rng } from "../../core";
import type { DefectShape, Surface } from "../surface";
import { buckle, dimer, dimerCell, logBetween, oneSided, vacancy } from "./dimers";

/** Angstrom; edge of the square cell of the unreconstructed Ge(001) surface, 5.66 A / sqrt 2. */
const lattice = 4.0;

/** Angstrom; a quarter of 5.66 A. */
const step = 1.41;

/**
 * Ge(001), filled states: dimers buckle by 0.75 A and freeze at room temperature already, in patches of c(4x2) and
 * p(2x2), beside some that still flip and look like 2x1. Rows are 8.0 A apart; how large patches are is assumed.
 * @see Zandvliet 2003, Phys. Rep. 388, 1
 */
export const germanium: Surface = {
  name: "Ge(001)",
  // Half of a bond of 2.5 A.
  ...dimerCell({ lattice, half: 1.25, secondLayer: step }),
  defects: [
    { name: "dimer vacancy", draw: (rng) => vacancy(1, lattice, rng), heightPm: [-130, -80] },
    { name: "double vacancy", draw: (rng) => vacancy(2, lattice, rng), heightPm: [-250, -150] },
    { name: "arsine on a dimer", draw: arsine, heightPm: [30, 120], loose: true },
    { name: "arsine between dimers", draw: bridge, heightPm: [30, 120], loose: true },
  ],
  biasVolts: -1.6,
  stepHeight: step,
  turns: true,
  vary: (rng) => buckle({ rise: 0.22, charge: 1.2, patch: [24, 9] }, rng),
  corrugationPm: [20, 110],
};

/** AsH2 on one end of a dimer, H on the other; charges assumed. @see doi:10.1142/S0218625X07009451 */
function arsine(rng: Rng): DefectShape {
  return oneSided(lattice, [rng.between(0.05, 0.5), logBetween(rng, 4, 18)], rng);
}

/** AsH between the ends of two neighbouring dimers of a row; charge assumed. @see doi:10.1142/S0218625X07009451 */
function bridge(rng: Rng): DefectShape {
  const side = rng.integer(2) === 0 ? 1 : -1;
  const [near, far] = [0.3, 1];
  const [l, r] = side > 0 ? [far, near] : [near, far];
  return {
    centre: [lattice / 2, 0],
    changes: [...dimer(0, l, r), ...dimer(1, l, r)],
    added: [
      { along: lattice / 2, across: side * 1.25, above: 0.4, weight: logBetween(rng, 2.5, 9) },
    ],
  };
}
