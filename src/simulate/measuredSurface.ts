import type { Rng } from "../core";
import { count } from "./instrument/marks";
import type { Atom, DefectKind, DefectShape, SiteChange, SiteVariation, Surface } from "./surface";
import { dimer, left, logBetween, right } from "./surfaces/dimers";

/** How much the charge of a changed atom differs from one defect of a kind to the next, as its logarithm; assumed. */
const chargeSpread = 0.35;
/** The same for rows of TiO2(110), which look unevenly bright, and for dimer rows; assumed, after real scans. */
const rowSpread = { oxide: 0.22, dimers: 0.05 };

/** How often kinds are seen that are not as frequent as the others; assumed, after the same scans. */
const frequencies: Readonly<Record<string, number>> = {
  dihydride: 3,
  siloxane: 5,
  "dimer vacancy": 2,
};

/**
 * A surface as scans of real samples show it, rather than as papers describe each defect alone: kinds vary from one defect
 * to the next, there are pits, gaps of many sites, irregular wide spots and particles, rows are unevenly bright, and
 * steps are ragged and decorated. Shapes and numbers are assumed, after scans of Si(001):H, Ge(001) and TiO2(110).
 */
export function measuredSurface(surface: Surface): Surface {
  const oxide = surface.name.startsWith("TiO2");
  const own = surface.defects.map((kind) => ({
    ...kind,
    frequency: frequencies[kind.name] ?? 1,
    draw: (rng: Rng) => varied(kind.draw(rng), rng),
  }));
  const others = oxide ? oxideKinds(surface) : dimerKinds(surface);
  return {
    ...surface,
    defects: [...own, ...others],
    vary: (rng) => {
      const inner = surface.vary?.(rng);
      const rows = unevenRows(oxide ? rowSpread.oxide : rowSpread.dimers, rng.fork("rows"));
      return (along, across, atom): SiteVariation => {
        const { weight, rise } = inner?.(along, across, atom) ?? { weight: 1, rise: 0 };
        return { weight: weight * rows(across), rise };
      };
    },
    ragged: true,
    decorated: true,
  };
}

function varied(shape: DefectShape, rng: Rng): DefectShape {
  const all = Math.exp(chargeSpread * rng.normal());
  const factor = (weight: number): number =>
    weight === 0 || weight === 1
      ? weight
      : weight * all * Math.exp(0.3 * chargeSpread * rng.normal());
  return {
    ...shape,
    changes: shape.changes.map((change) => ({ ...change, weight: factor(change.weight) })),
    ...(shape.added === undefined ? {} : { added: shape.added.map((atom) => ({ ...atom, weight: factor(atom.weight) })) }), // prettier-ignore
  };
}

/** A factor of charge for each row, the same all along it. */
function unevenRows(spread: number, rng: Rng): (across: number) => number {
  const known = new Map<number, number>();
  return (across) => {
    const found = known.get(across) ?? Math.exp(spread * rng.fork(String(across)).normal());
    known.set(across, found);
    return found;
  };
}

/** Kinds that dimer surfaces have beside those of the papers; frequencies are against one of the surface's own kinds. */
function dimerKinds(surface: Surface): DefectKind[] {
  const [along, across] = surface.cell;
  return [
    { name: "row of vacancies", draw: (rng) => gap(along, rng), heightPm: [-250, -100], frequency: 0.8 }, // prettier-ignore
    {
      name: "pit",
      draw: (rng) => pit(along, across, rng),
      heightPm: [-400, -120],
      frequency: 0.06,
    },
    { name: "wide spot", draw: (rng) => wideSpot(surface, [left, right], rng), heightPm: [15, 90], frequency: surface.name === "Ge(001)" ? 2.5 : 1 }, // prettier-ignore
    { name: "particle", draw: (rng) => particle(rng), heightPm: [150, 900], frequency: 0.06 },
  ];
}

/** Titanium, the bright rows of TiO2(110), by its index in the cell. */
const titanium = 0;

function oxideKinds(surface: Surface): DefectKind[] {
  const [along, across] = surface.cell;
  return [
    {
      name: "bright spot",
      draw: (rng) => roundSpot(along, across, rng),
      heightPm: [60, 200],
      frequency: 3,
    },
    { name: "bar", draw: (rng) => bar(along, across, rng), heightPm: [10, 60], frequency: 2 },
    { name: "wide spot", draw: (rng) => wideSpot(surface, [titanium], rng), heightPm: [15, 90], frequency: 0.3 }, // prettier-ignore
    { name: "particle", draw: (rng) => particle(rng), heightPm: [150, 900], frequency: 0.03 },
  ];
}

/** Three to nine dimers missing side by side in a row. */
function gap(lattice: number, rng: Rng): DefectShape {
  const dimers = 3 + Math.min(6, count(1.2, rng));
  const brighter = rng.between(1, 1.4);
  return {
    centre: [((dimers - 1) * lattice) / 2, 0],
    changes: [
      ...Array.from({ length: dimers }, (_, i) => dimer(i, 0, 0)).flat(),
      ...dimer(-1, brighter, brighter),
      ...dimer(dimers, brighter, brighter),
    ],
  };
}

/** A hole of several rows that has grown cell by cell, with bright atoms left at its rim and some inside. */
function pit(along: number, across: number, rng: Rng): DefectShape {
  const wanted = Math.round(logBetween(rng, 8, 70));
  const cells = new Map<string, readonly [number, number]>([["0 0", [0, 0]]]);
  const sides = [[1, 0], [-1, 0], [1, 0], [-1, 0], [0, 1], [0, -1]] as const; // prettier-ignore
  while (cells.size < wanted) {
    const grown = [...cells.values()][rng.integer(cells.size)];
    const [i, j] = sides[rng.integer(sides.length)];
    const next = [grown[0] + i, grown[1] + j] as const;
    cells.set(`${next[0]} ${next[1]}`, next);
  }
  const inside = [...cells.values()];
  const rim = inside
    .flatMap(([i, j]) => sides.map(([u, v]) => [i + u, j + v] as const))
    .filter(([i, j]) => !cells.has(`${i} ${j}`));
  const once = new Map(rim.map((cell) => [`${cell[0]} ${cell[1]}`, cell]));
  const at = (cell: readonly [number, number], weight: number, atoms = [left, right]): SiteChange[] => atoms.map((atom) => ({ cell, atom, weight })); // prettier-ignore
  return {
    centre: [
      (along * inside.reduce((sum, [i]) => sum + i, 0)) / inside.length,
      (across * inside.reduce((sum, [, j]) => sum + j, 0)) / inside.length,
    ],
    changes: [
      ...inside.flatMap((cell) =>
        rng.uniform() < 0.05 ? at(cell, rng.between(0.2, 1)) : at(cell, 0),
      ),
      ...[...once.values()].flatMap((cell) =>
        rng.uniform() < 0.12 ? at(cell, logBetween(rng, 2, 14)) : [],
      ),
    ],
  };
}

/** More charge, or less, on all atoms of some kinds around: one to three lobes of different widths. */
function wideSpot({ cell, atoms }: Surface, seen: readonly number[], rng: Rng): DefectShape {
  const strength = rng.uniform() < 0.75 ? logBetween(rng, 0.6, 5) : -rng.between(0.3, 0.75);
  const lobes = Array.from({ length: 1 + rng.integer(3) }, (_, n) => ({
    x: n === 0 ? 0 : rng.between(-6, 6),
    y: n === 0 ? 0 : rng.between(-6, 6),
    radius: rng.between(3, 7),
  }));
  const changes: SiteChange[] = [];
  const [columns, rows] = [Math.ceil(20 / cell[0]), Math.ceil(20 / cell[1])];
  for (let i = -columns; i <= columns; i++)
    for (let j = -rows; j <= rows; j++)
      for (const atom of seen) {
        const [x, y] = [i * cell[0] + atoms[atom].along, j * cell[1] + atoms[atom].across];
        const share = lobes.reduce((most, lobe) => Math.max(most, Math.exp(-((x - lobe.x) ** 2 + (y - lobe.y) ** 2) / (2 * lobe.radius ** 2))), 0); // prettier-ignore
        if (share > 0.05) changes.push({ cell: [i, j], atom, weight: Math.max(0, 1 + strength * share * Math.exp(0.2 * rng.normal())) }); // prettier-ignore
      }
  return { centre: [0, 0], changes };
}

/** Charge over two bright rows and the dark one between, as wide as it is long. */
function roundSpot(along: number, across: number, rng: Rng): DefectShape {
  const weight = logBetween(rng, 0.25, 0.55);
  const above = rng.between(1.6, 2.1);
  const aside = rng.between(0.3, 1.1);
  return {
    centre: [along / 2, across / 2],
    changes: [],
    added: [-1, 1].map((side): Atom => ({
      along: along / 2,
      across: across / 2 + side * aside,
      above,
      weight,
    })),
  };
}

/** A faint bridge from one bright row over the dark one to the next, hardly wider than an atom. */
function bar(along: number, across: number, rng: Rng): DefectShape {
  const weight = rng.between(0.25, 0.8);
  const half = rng.between(1.2, 2.4);
  return {
    centre: [along / 2, across / 2],
    changes: [],
    added: [-1, 0, 1].map((side): Atom => ({ along: along / 2, across: across / 2 + side * half, above: 0.2, weight })), // prettier-ignore
  };
}

/** A heap of adsorbed atoms. */
function particle(rng: Rng): DefectShape {
  const radius = rng.between(3, 9);
  return {
    centre: [0, 0],
    changes: [],
    added: Array.from({ length: 4 + count(8, rng) }, (): Atom => {
      const [angle, away] = [rng.between(0, 2 * Math.PI), radius * Math.sqrt(rng.uniform())];
      return {
        along: away * Math.cos(angle),
        across: away * Math.sin(angle),
        above: rng.between(1.5, 5) * (1 - 0.5 * (away / radius) ** 2),
        weight: logBetween(rng, 0.2, 1.5),
      };
    }),
  };
}
