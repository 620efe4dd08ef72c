import type { Rng } from "../../core";
import type { DefectShape, SiteChange, Surface } from "../surface";
import { logBetween } from "./dimers";

/** Angstrom along [001] and across it, [1-10]. */
const [along, across] = [2.96, 6.5];

/** Titanium and bridging oxygen by their index in the cell. */
const [titanium, oxygen] = [0, 1];

/** Charge of a bridging oxygen in empty states against that of a titanium atom of the rows; assumed. */
const oxygenWeight = 0.01;

/**
 * TiO2(110)-1x1, empty states: rows of titanium look bright, although the rows of bridging oxygen between them stand
 * 1.15 A above. Rows are 6.50 A apart. All classes but water lie on the dark rows.
 * @see Diebold et al. 1996, Phys. Rev. Lett. 77, 1322
 */
export const titania: Surface = {
  name: "TiO2(110)",
  cell: [along, across],
  atoms: [
    { along: 0, across: 0, above: 0, weight: 1 },
    { along: along / 2, across: across / 2, above: 1.15, weight: oxygenWeight },
  ],
  defects: [
    { name: "oxygen vacancy", draw: vacancy, heightPm: [20, 40] },
    { name: "hydroxyl", draw: (rng) => hydroxyl(1, rng), heightPm: [40, 80], loose: true },
    { name: "hydroxyl pair", draw: (rng) => hydroxyl(2, rng), heightPm: [70, 110] },
    { name: "water", draw: water, heightPm: [80, 130], loose: true },
  ],
  biasVolts: 1.5,
  // Between terraces of the same kind.
  stepHeight: 3.25,
  turns: false,
  corrugationPm: [20, 60],
};

/** A bridging oxygen missing: the charge it leaves lies on the two titanium atoms below. */
function vacancy(rng: Rng): DefectShape {
  return {
    centre: [along / 2, across / 2],
    changes: [{ cell: [0, 0], atom: oxygen, weight: 0 }],
    // Assumed, for 20 to 40 pm.
    added: [{ along: along / 2, across: across / 2, above: 0, weight: rng.between(0.6, 1.1) }],
  };
}

/** More charge on the titanium atoms on both sides, so that spots reach across from one bright row to the next. */
function beside(count: number, weight: number): SiteChange[] {
  return Array.from({ length: 2 * count }, (_, n) => ({
    cell: [n >> 1, n & 1] as const,
    atom: titanium,
    weight,
  }));
}

/** Hydrogen on one bridging oxygen, or on two neighbours. */
function hydroxyl(count: number, rng: Rng): DefectShape {
  // Assumed, for 40 to 80 pm of one and 70 to 110 pm of two.
  const weight = count === 1 ? logBetween(rng, 11, 30) : logBetween(rng, 16, 44);
  return {
    centre: [(count * along) / 2, across / 2],
    changes: [
      ...Array.from({ length: count }, (_, i) => ({ cell: [i, 0] as const, atom: oxygen, weight })),
      // A pair stays longer along the row than it is wide; assumed.
      ...beside(count + 1, rng.between(1.05, count === 1 ? 1.6 : 1.2)),
    ],
  };
}

/** A water molecule on a titanium atom. */
function water(rng: Rng): DefectShape {
  // 2.2 A above titanium; charge assumed, for 80 to 130 pm.
  return {
    centre: [0, 0],
    changes: [],
    added: [{ along: 0, across: 0, above: 2.2, weight: logBetween(rng, 0.08, 0.19) }],
  };
}
