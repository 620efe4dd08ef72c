import type { Source } from "./constantCurrent";
import type { DefectShape, Surface } from "./surface";

/** How the crystal lies under the scan. */
export interface Placement {
  /** Direction of the rows, counter-clockwise from the fast axis. */
  readonly rowDegrees: number;
  /** Pixel over which the origin of cell (0,0) lies. */
  readonly origin: readonly [x: number, y: number];
  readonly angstromPerPixel: number;
}

/** Pixel of a place on the crystal, in angstrom along and across the rows. Row 0 is at the top. */
export function toPixel(
  { rowDegrees, origin, angstromPerPixel }: Placement,
  along: number,
  across: number,
): [x: number, y: number] {
  const angle = (rowDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [
    origin[0] + (along * cos - across * sin) / angstromPerPixel,
    origin[1] - (along * sin + across * cos) / angstromPerPixel,
  ];
}

/** A place on the crystal under a pixel: what `toPixel` undoes. */
export function toCrystal(
  { rowDegrees, origin, angstromPerPixel }: Placement,
  x: number,
  y: number,
): [along: number, across: number] {
  const angle = (rowDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [right, up] = [(x - origin[0]) * angstromPerPixel, (origin[1] - y) * angstromPerPixel];
  return [right * cos + up * sin, up * cos - right * sin];
}

/** A defect and the cell that it sits in. */
export interface PlacedDefect {
  readonly name: string;
  readonly cell: readonly [along: number, across: number];
  readonly shape: DefectShape;
}

/**
 * All atoms under a frame and 15 A around it, with what the defects do to them.
 * @param size width and height in pixels
 */
export function sources(
  surface: Surface,
  placement: Placement,
  size: readonly [width: number, height: number],
  defects: readonly PlacedDefect[],
): Source[] {
  const changes = changesBySite(defects);
  const border = 15 / placement.angstromPerPixel;
  const [width, height] = size;
  const inside = (x: number, y: number): boolean =>
    x > -border && y > -border && x < width + border && y < height + border;
  const found: Source[] = [];
  forEachCell(surface, placement, width, height, border, (i, j) => {
    surface.atoms.forEach((atom, k) => {
      const change = changes.get(`${i} ${j} ${k}`) ?? { weight: 1, rise: 0 };
      const [along, across] = [i * surface.cell[0] + atom.along, j * surface.cell[1] + atom.across];
      const [x, y] = toPixel(placement, along, across);
      if (!inside(x, y)) return;
      found.push({ x, y, above: atom.above + change.rise, weight: atom.weight * change.weight });
    });
  });
  return found;
}

/** Cells of the crystal whose bounding rectangle the frame touches. */
function forEachCell(
  { cell }: Surface,
  placement: Placement,
  width: number,
  height: number,
  border: number,
  visit: (along: number, across: number) => void,
): void {
  const corners = [-border, width + border].flatMap((x) =>
    [-border, height + border].map((y) => toCrystal(placement, x, y)),
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

function changesBySite(
  defects: readonly PlacedDefect[],
): Map<string, { weight: number; rise: number }> {
  const changes = new Map<string, { weight: number; rise: number }>();
  for (const { cell, shape } of defects) {
    for (const { cell: offset, atom, weight, rise = 0 } of shape.changes) {
      const site = `${cell[0] + offset[0]} ${cell[1] + offset[1]} ${atom}`;
      const before = changes.get(site) ?? { weight: 1, rise: 0 };
      changes.set(site, { weight: before.weight * weight, rise: before.rise + rise });
    }
  }
  return changes;
}
