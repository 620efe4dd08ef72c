import { createRng } from "../core";
import type { Source } from "./constantCurrent";
import { pixelMap, toCrystal, toPixel, type Crystal, type Placement } from "./crystal";
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

/** All atoms under a frame and 15 A around it, with what the defects do to them; places in pixels of the frame. */
export function sources(
  crystal: Crystal,
  frame: Reach,
  defects: readonly PlacedDefect[],
): Source[] {
  const changes = changesBySite(defects);
  const { surface, terraces, terraceAt } = crystal;
  const found: Source[] = [];
  const [left, top] = [frame.left, frame.top];
  terraces.forEach((terrace, n) => {
    const border = 15 / terrace.placement.angstromPerPixel;
    const pixelOf = pixelMap(terrace.placement);
    const changedCells = changes.get(n);
    const add = (along: number, across: number, above: number, weight: number): void => {
      const [x, y] = pixelOf(along, across);
      if (!inside(x - left, y - top, frame, border)) return;
      found.push({
        x: x - left,
        y: y - top,
        above: above + terrace.above,
        weight,
        ground: terrace.above,
      });
    };
    forEachCell(surface, terrace.placement, frame, border, (i, j) => {
      if (terraces.length > 1) {
        // Cells are left out as a whole, so that no dimer is cut in two.
        const [x, y] = pixelOf(i * surface.cell[0], j * surface.cell[1]);
        if (terraceAt(x, y) !== n) return;
      }
      const decor =
        surface.decorated === true && terraces.length > 1 ? decoration(crystal, n, i, j) : 1;
      const changed = changedCells?.get(cellKey(i, j));
      surface.atoms.forEach((atom, k) => {
        const change = changed?.get(k) ?? unchanged;
        const varied = terrace.vary?.(i, j, k) ?? unchanged;
        add(
          i * surface.cell[0] + atom.along,
          j * surface.cell[1] + atom.across + change.aside,
          atom.above + change.rise + varied.rise,
          atom.weight * change.weight * varied.weight * decor,
        );
      });
    });
    for (const { terrace: own, cell, shape } of defects) {
      if (own !== n) continue;
      for (const { along, across, above, weight } of shape.added ?? []) {
        add(cell[0] * surface.cell[0] + along, cell[1] * surface.cell[1] + across, above, weight);
      }
    }
  });
  return found;
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

function inside(x: number, y: number, { width, height }: Reach, border: number): boolean {
  return x > -border && y > -border && x < width + border && y < height + border;
}

/** Cells of the crystal whose bounding rectangle the frame touches. */
function forEachCell(
  { cell }: Surface,
  placement: Placement,
  { left, top, width, height }: Reach,
  border: number,
  visit: (along: number, across: number) => void,
): void {
  const corners = [left - border, left + width + border].flatMap((x) =>
    [top - border, top + height + border].map((y) => toCrystal(placement, x, y)),
  );
  const range = (axis: 0 | 1): [number, number] => {
    const places = corners.map((corner) => corner[axis] / cell[axis]);
    return [Math.floor(Math.min(...places)) - 1, Math.ceil(Math.max(...places)) + 1];
  };
  const [[firstAlong, lastAlong], [firstAcross, lastAcross]] = [range(0), range(1)];
  for (let j = firstAcross; j <= lastAcross; j++) {
    for (let i = firstAlong; i <= lastAlong; i++) visit(i, j);
  }
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
