import { InputError, type Rng } from "../core";
import { toCrystal, toPixel, type PlacedDefect, type Placement } from "./lattice";
import type { DefectKind, Surface } from "./surface";

/** A place that a defect, or the clean surface, is named after. */
export interface Place {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
}

/** Where defects may lie; lengths in pixels. */
export interface PlaceOptions {
  readonly width: number;
  readonly height: number;
  /** Least distance between two places. */
  readonly separation: number;
  /** Least distance from the border. */
  readonly margin: number;
}

/** Tries for one place before the frame counts as full. */
const tries = 1000;

/**
 * Puts defects on lattice sites at random, far enough from each other; a kind that the surface does not know is a
 * place where nothing changes.
 * @param wanted kind of each place, in the order in which they are placed
 * @throws InputError if the frame is too full
 */
export function placeDefects(
  surface: Surface,
  placement: Placement,
  wanted: readonly string[],
  options: PlaceOptions,
  rng: Rng,
): { readonly places: Place[]; readonly defects: PlacedDefect[] } {
  const places: Place[] = [];
  const defects: PlacedDefect[] = [];
  const [sites, shapes] = [rng.fork("sites"), rng.fork("shapes")];
  for (const kind of wanted) {
    const model = surface.defects.find(({ name }) => name === kind);
    const shape = model?.draw(shapes) ?? nothing;
    const cell = freeCell(surface, placement, shape, places, options, sites);
    if (cell === undefined) throw tooFull(wanted.length, places.length, options);
    const [x, y] = centreOf(surface, placement, cell, shape);
    places.push({ kind, x, y });
    if (model !== undefined) defects.push({ name: kind, cell, shape });
  }
  return { places, defects };
}

type Shape = ReturnType<DefectKind["draw"]>;

const nothing: Shape = { centre: [0, 0], changes: [] };

/** Draws lattice cells until one lies in the frame and apart from all places. */
function freeCell(
  surface: Surface,
  placement: Placement,
  shape: Shape,
  places: readonly Place[],
  { width, height, separation, margin }: PlaceOptions,
  rng: Rng,
): [number, number] | undefined {
  for (let attempt = 0; attempt < tries; attempt++) {
    const place = toCrystal(placement, rng.between(0, width), rng.between(0, height));
    const cell: [number, number] = [
      Math.round((place[0] - shape.centre[0]) / surface.cell[0]),
      Math.round((place[1] - shape.centre[1]) / surface.cell[1]),
    ];
    const [x, y] = centreOf(surface, placement, cell, shape);
    const edge = Math.min(x, y, width - 1 - x, height - 1 - y);
    const apart = (other: Place): boolean => Math.hypot(x - other.x, y - other.y) >= separation;
    if (edge >= margin && places.every(apart)) return cell;
  }
  return undefined;
}

function centreOf(
  { cell }: Surface,
  placement: Placement,
  [along, across]: readonly [number, number],
  { centre }: Shape,
): [x: number, y: number] {
  return toPixel(placement, along * cell[0] + centre[0], across * cell[1] + centre[1]);
}

function tooFull(wanted: number, placed: number, options: PlaceOptions): InputError {
  const { width, height, separation, margin } = options;
  return new InputError({
    got: `${wanted} places in ${width} x ${height} pixels, of which ${placed} fit`,
    expected: `room for all of them, ${separation.toFixed(1)} pixels apart and ${margin.toFixed(1)} from the border`,
    todo: "Lower the number of defects or their separation, or make the scan larger.",
  });
}
