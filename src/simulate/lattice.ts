import { createRng } from "../core";
import { addSource, createSources, type Sources } from "./constantCurrent";
import {
  pixelMap,
  pixelX,
  pixelY,
  toCrystal,
  toPixel,
  type Crystal,
  type PixelMap,
  type Terrace,
} from "./crystal";
import type { Reach } from "./instrument/path";
import type { DefectShape, Surface } from "./surface";

/** A defect, the terrace and the cell that it sits in. */
export interface PlacedDefect {
  readonly name: string;
  readonly terrace: number;
  readonly cell: readonly [along: number, across: number];
  readonly shape: DefectShape;
  /** Whether a tip can take it along. */
  readonly loose: boolean;
}

/** Angstrom around a frame from which atoms are seen in it. */
const around = 15;

/** All atoms under a frame and 15 A around it, with what the defects do to them; places in pixels of the frame. */
export function sources(crystal: Crystal, frame: Reach, defects: readonly PlacedDefect[]): Sources {
  const changes = changesBySite(defects);
  const found = createSources();
  crystal.terraces.forEach((terrace, n) => {
    const map = pixelMap(terrace.placement);
    const view: View = { frame, border: around / map.angstromPerPixel, map, ground: terrace.above };
    addTerrace(found, crystal, n, view, changes.get(n));
    const { cell: size } = crystal.surface;
    for (const { terrace: own, cell, shape } of defects) {
      if (own !== n) continue;
      for (const { along, across, above, weight } of shape.added ?? []) {
        addAtom(found, view, cell[0] * size[0] + along, cell[1] * size[1] + across, above, weight);
      }
    }
  });
  return found;
}

/** A frame as it lies over one terrace. */
interface View {
  readonly frame: Reach;
  /** Pixels around it from which atoms are seen in it. */
  readonly border: number;
  readonly map: PixelMap;
  /** Angstrom at which the terrace lies. */
  readonly ground: number;
}

/** Adds the atoms of a terrace. */
function addTerrace(
  found: Sources,
  crystal: Crystal,
  n: number,
  view: View,
  changedCells: CellChanges | undefined,
): void {
  const { surface, terraces, terraceAt } = crystal;
  const [long, wide] = surface.cell;
  const decorated = surface.decorated === true && terraces.length > 1;
  const [alongs, acrosses] = cellsUnder(view, terraces[n], surface.cell);
  for (let j = acrosses[0]; j <= acrosses[1]; j++) {
    for (let i = alongs[0]; i <= alongs[1]; i++) {
      // Cells are left out as a whole, so that no dimer is cut in two.
      if (terraces.length > 1 && terraceAt(pixelX(view.map, i * long, j * wide), pixelY(view.map, i * long, j * wide)) !== n) continue; // prettier-ignore
      const decor = decorated ? decoration(crystal, n, i, j) : 1;
      addCell(found, surface, terraces[n], view, i, j, decor, changedCells?.get(cellKey(i, j)));
    }
  }
}

/** Adds the atoms of a cell. */
function addCell(
  found: Sources,
  { cell, atoms }: Surface,
  { vary }: Terrace,
  view: View,
  i: number,
  j: number,
  decor: number,
  changed: ReadonlyMap<number, Change> | undefined,
): void {
  for (let k = 0; k < atoms.length; k++) {
    const atom = atoms[k];
    const change = changed?.get(k) ?? unchanged;
    const varied = vary?.(i, j, k) ?? unchanged;
    addAtom(
      found,
      view,
      i * cell[0] + atom.along,
      j * cell[1] + atom.across + change.aside,
      atom.above + change.rise + varied.rise,
      atom.weight * change.weight * varied.weight * decor,
    );
  }
}

/** Adds an atom if it is seen in the frame. */
function addAtom(
  found: Sources,
  { frame, border, map, ground }: View,
  along: number,
  across: number,
  above: number,
  weight: number,
): void {
  const x = pixelX(map, along, across) - frame.left;
  const y = pixelY(map, along, across) - frame.top;
  if (!(x > -border && y > -border && x < frame.width + border && y < frame.height + border)) return; // prettier-ignore
  addSource(found, x, y, above + ground, weight, ground);
}

/** Shares of the cells along a decorated step that carry something bright, and that are missing; assumed. */
const [brightShare, missingShare] = [0.16, 0.12];

/** Factor of charge of a cell along a decorated step, where adsorbates gather and dimers are missing; the same each time. */
function decoration(
  { surface, terraces, terraceAt }: Crystal,
  n: number,
  i: number,
  j: number,
): number {
  const [along, across] = surface.cell;
  const { placement } = terraces[n];
  const near = [[1.2, 0], [-1.2, 0], [0, 1], [0, -1]].some(([u, v]) => terraceAt(...toPixel(placement, (i + u) * along, (j + v) * across)) !== n); // prettier-ignore
  if (!near) return 1;
  // A hash of the cell and of where the lattice lies, so that the trace, the retrace and the clean scan agree.
  const rng = createRng(Math.floor(1e6 * (placement.origin[0] % 1))).fork(`${n} ${i} ${j}`);
  const drawn = rng.uniform();
  if (drawn < missingShare) return 0;
  return drawn < missingShare + brightShare ? Math.exp(rng.between(0.7, 3)) : 1;
}

const unchanged: Change = { weight: 1, rise: 0, aside: 0 };

/** Cells of the crystal whose bounding rectangle the frame touches: the first and the last along and across the rows. */
function cellsUnder(
  { frame: { left, top, width, height }, border }: View,
  { placement }: Terrace,
  cell: Surface["cell"],
): [alongs: [number, number], acrosses: [number, number]] {
  const corners = [left - border, left + width + border].flatMap((x) =>
    [top - border, top + height + border].map((y) => toCrystal(placement, x, y)),
  );
  const range = (axis: 0 | 1): [number, number] => {
    const places = corners.map((corner) => corner[axis] / cell[axis]);
    return [Math.floor(Math.min(...places)) - 1, Math.ceil(Math.max(...places)) + 1];
  };
  return [range(0), range(1)];
}

/** What becomes of an atom. */
interface Change {
  readonly weight: number;
  readonly rise: number;
  readonly aside: number;
}

/** A number for each cell; no frame is 32768 cells wide. */
function cellKey(along: number, across: number): number {
  return along * 65536 + across;
}

/** What becomes of the atoms of some cells, by cell and atom. */
type CellChanges = Map<number, Map<number, Change>>;

/** By terrace. */
function changesBySite(defects: readonly PlacedDefect[]): Map<number, CellChanges> {
  const changes = new Map<number, CellChanges>();
  for (const { terrace, cell, shape } of defects) {
    for (const { cell: offset, atom, weight, rise = 0, aside = 0 } of shape.changes) {
      const cells = changes.get(terrace) ?? new Map<number, Map<number, Change>>();
      changes.set(terrace, cells);
      const site = cellKey(cell[0] + offset[0], cell[1] + offset[1]);
      const changed = cells.get(site) ?? new Map<number, Change>();
      cells.set(site, changed);
      const before = changed.get(atom) ?? unchanged;
      changed.set(atom, {
        weight: before.weight * weight,
        rise: before.rise + rise,
        aside: before.aside + aside,
      });
    }
  }
  return changes;
}
